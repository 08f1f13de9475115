"""What a tag means: its name in, a `Role` (metric, split, goal) out.

Names are guessed as the writers spell them: Keras, Lightning, the Hugging Face Trainer,
Stable-Baselines3, YOLO, clu, torch and tensorboardX. A tag is first taken apart into lower-case
words ("train/epochLoss" is "train epoch loss"); the tables below are searched in those, top down.
`[roles]` of the settings goes first: a pattern over the whole tag → metric, split, goal.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import get_args

from tbreport.model import Goal, Role, Split
from tbreport.settings import Table

UNKNOWN = Role("", None, None)
LONGEST = 300  # characters at a tag's end that are looked at: patterns take the square of them

# The rightmost word decides: "train/val_loss" is a validation loss.
SPLITS: dict[str, Split] = {
    **dict.fromkeys(("train", "training", "tr", "trn", "rollout"), "train"),
    **dict.fromkeys(("val", "vali", "valid", "validate", "validating", "validation"), "val"),
    **dict.fromkeys(("eval", "evaluation", "dev", "holdout", "heldout"), "val"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}
HELD_OUT: frozenset[Split | None] = frozenset({"val", "test"})

# Words that say how a value was averaged or where it was put, but not what it is.
FILLER = re.compile(
    r"step|epoch|batch|iters?|iterations?|vs|per|avg|mean|average|total|overall|sum|running|smoothed"
    r"|metrics?|charts?|scalars?|logs?|trainer"
)

# Writers' habits, undone: Lightning numbers its validation sets, Keras and Megatron say what a loss
# is drawn against, torchtitan that it is that of all ranks.
SPELLINGS = (
    (re.compile(r"\b(train|val|valid|test)(loss|acc|accuracy)\b"), r"\1 \2"),
    (re.compile(r"\b(train|val|valid|test|dev)set\b"), r"\1"),
    (re.compile(r"\bh[eo]ld out\b"), "holdout"),
    (re.compile(r"\bstd ?dev\b"), "std"),  # "dev" alone is a split
    (re.compile(r" dataloader idx \d+$| vs (iterations|samples)$"), ""),
    (re.compile(r"^loss metrics global avg loss$"), "loss"),
    (re.compile(r"\bmean average precision\b"), "map"),
    (re.compile(r"\bacc\b"), "accuracy"),
)

# The best value until then: it cannot become worse, so no turn shows in it.
BEST = re.compile(r"\bbest\b ?")

# Detectors of objects measure these on their validation set, and do not say so.
OF_OBJECTS = re.compile(
    r"^metrics (map|precision|recall|accuracy top)"
    r"|^(bbox|segm|keypoints|(sem|panoptic) seg|coco|lvis|pascal voc)\b.*\b(m?ap|iou|pq)"
)

LOSS_WORD = re.compile(r"\b\w*loss(es)?\b")
LOSS = re.compile(
    rf"{LOSS_WORD.pattern}|\b(cost|objective$|nll|xent|\w*cross ?entropy|b?ce|nelbo"
    r"|neg(ative)? (elbo|(log )?likelihood))\b"
)


def either_order(first: str, second: str) -> str:
    """A pattern for two words in any order."""
    return rf"\b({first})\b.*{second}|{second}.*\b({first})\b"


# Searched in all words of the tag; the first that matches decides.
METRICS: tuple[tuple[str, str, Goal | None], ...] = (
    # what measures no model stands first: "loss" and "step" are in many names
    (r"\b(std|stderr)\b(?! loss)|\bloss (scores|signs)\b", "", None),
    (r"\bloss (weights?|ratio|lambda|coef\w*|factor|temperature)$", "", None),
    (r"\b(lrs?|lr\d+|learning rate)\b(?!.* (momentum|weight decay)$)", "learning rate", None),
    (r"\blr\b", "", None),
    (rf"{either_order('grad|grads|gradient|gradients', 'norm')}|gnorm", "gradient norm", None),
    (r"\b(loss|grad) scal(e|er|ing)\b", "loss scale", None),
    (r"\b([fwsut]ps|throughput|mfu|tflops)\b|\bper (s|sec|second)\b", "throughput", "max"),
    (r"\b(samples|tok|tokens|it|steps|images|img|seqs) (s|sec)\b", "throughput", "max"),
    (r"^time (iterations|total timesteps|episodes)$", "counter", None),
    (r"\b(time|duration|runtime|elapsed|secs?|seconds|latency|eta)\b", "time", None),
    (r"\b(memory|mem|vram|gpus?|cpus?|disk|utilization)\b", "system", None),
    (r"^(?!.*loss).*\b(counter|count|num|n updates|timesteps?|flos|flops)\b", "counter", None),
    (r"^(?!.*loss).*\b(episodes|tokens|samples|examples)\b", "counter", None),
    (r"\b(global|current|optimizer) steps?$|^steps?$|\biterations?$", "counter", None),
    # preference tuning, whose "rewards" are none; then reinforcement learning
    (r"\brewards? (chosen|rejected|margins?|diff|gap)\b|\blog(p|it)s\b", "preference", None),
    (r"\b(chosen|reject|rejected) rewards?\b", "preference", None),
    (r"\brewards? accurac(y|ies)\b(?! reward)", "accuracy", "max"),
    (r"\bep(isode|isodic)? len(gth)?s?\b", "episode length", None),
    (r"\b(rew|rewards?|returns?|ep ret)\b(?!.*\b(std|var|loss)\b)", "reward", "max"),
    (r"\b(success|win) rate\b", "success rate", "max"),
    (r"\bexplained variance\b", "explained variance", "max"),
    (r"\bclip (fraction|range)\b|\bexploration\b", "", None),
    (r"\b(approx kl|clipfrac|q\w* values?)\b(?! loss)|^losses alpha$", "", None),
    (either_order(r"policy|actor|pg", "loss"), "policy loss", None),
    # a bonus of policies, but a penalty of codebooks and of samples without labels too
    (either_order(r"(?<!cross )entropy", "loss"), "entropy loss", None),
    # two players: neither loss has a goal of its own
    (either_order("d|disc|discriminator|critic", "loss"), "discriminator loss", None),
    (either_order("g|gen|generator", "loss"), "generator loss", None),
    (either_order("adv|adversarial|gan", "loss"), "adversarial loss", None),
    (r"\b(err|loss)d\b|\bd(isc)?loss\b", "discriminator loss", None),
    (r"\b(err|loss)g\b|\bgloss\b", "generator loss", None),
    # how many codes are used; then what has "loss" in its name and is none
    (r"\b(vq|codebook|code|prob) perplexity\b(?! loss)", "", None),
    (r"\b(perplexity|ppl)\b(?! loss)", "perplexity", "min"),
    (r"\bneg (log loss|brier|(mean|median|root|max)\b.*\berror)\b", "negated error", "max"),
    (LOSS.pattern, "loss", "min"),
    # quality; "acc_mean_pos" is the mean rank of the right answer
    (r"\b(mean|median) (pos(ition)?|rank)\b", "rank", "min"),
    (r"\btop ?\d err(or)?\b|\berr\d\b", "error", "min"),
    (r"\bacc\d*\b|\w*accuracy\d*\b|\btop ?[15]\b", "accuracy", "max"),
    (r"\b\w*f1\b|\bf score\b", "f1", "max"),
    (r"\b\w*au(roc|prc|c)\b|\broc\b", "auc", "max"),
    (r"\bmap\d*\b|\bap(\d+|[sml])?\b|\baverage precision\b", "map", "max"),
    (r"\bprec(ision)?\d*\b", "precision", "max"),
    (r"\b(recall|sensitivity)\b", "recall", "max"),
    (r"\b(sacre)?bleu\d?\b", "bleu", "max"),
    (r"\brouge\w*\b", "rouge", "max"),
    (r"\bm?iou\b|\bjaccard\b", "iou", "max"),
    (r"\bdice\b", "dice", "max"),
    (r"\bssim\b", "ssim", "max"),
    (r"\bpsnr\b", "psnr", "max"),
    (r"\b(mcc|matthews|kappa|ndcg|mrr|r2|pearson\w*|spearman\w*)\b", "score", "max"),
    (r"\b(exact match|hit rate|specificity|chrf|meteor|cider|bertscore)\b", "score", "max"),
    (r"\b(sdr|si snr|pesq|stoi|mota|hota|pq)\b", "score", "max"),
    (r"\b(bpb|bpc|bits per \w+)\b", "bits", "min"),
    (r"\b[wc]er\b", "word error rate", "min"),
    (r"\b\w{0,2}(mse|mae|mape|msle)\b|\b(squared|absolute) error\b", "regression error", "min"),
    (r"\b(eer|ece|brier|crps|nlpd|lpips|mpjpe|epe|hd95|hausdorff)\b", "error", "min"),
    (r"\berr(or)?\b", "error", "min"),
    (r"\b[fk]id(\d+k)?\b|\bfrechet inception distance\b", "fid", "min"),
    (r"\bscore\b", "score", None),
    (r"\belbo\b|\blog lik\w*\b", "elbo", "max"),
)

ONE_SIDED = frozenset({"precision", "recall"})  # each is perfect alone in a useless model
GOALS = {metric: goal for _, metric, goal in METRICS if metric}


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of the settings' table: what is None stays as guessed."""

    pattern: re.Pattern[str]
    metric: str | None = None
    split: Split | None = None
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class RoleRules:
    """The settings' own rules before the guessed ones; the first pattern found in a tag decides."""

    overrides: tuple[Override, ...] = ()

    @classmethod
    def parse(cls, table: Table) -> RoleRules:
        """Read ``[roles]``: ``"pattern" = {metric = "loss", split = "val", goal = "min"}``.

        Raises:
            UnknownSetting, BadSetting: a key, a value or a regular expression that is none.
        """
        return cls(tuple(parse_override(table, pattern) for pattern in table.values))

    def role(self, tag: str) -> Role:
        """What a tag means; metric "" where the name says nothing."""
        guessed = guess(tag)
        for override in self.overrides:
            if override.pattern.search(tag):
                return Role(
                    guessed.metric if override.metric is None else override.metric,
                    override.split or guessed.split,
                    override.goal or usual_goal(override.metric, guessed.goal),
                )
        return guessed


def usual_goal(metric: str | None, guessed: Goal | None) -> Goal | None:
    """The goal of a metric that the settings name; what was guessed where it is none of the table.

    An accuracy that is said to be a loss is to fall.
    """
    if metric is None:
        return guessed
    return "min" if is_loss(metric) and metric not in GOALS else GOALS.get(metric, guessed)


def parse_override(table: Table, pattern: str) -> Override:
    """One entry of ``[roles]``."""
    entry = table.sub(pattern)
    entry.check_keys(("metric", "split", "goal"))
    return Override(
        table.pattern(pattern),
        entry.value("metric", str, None),
        entry.choice("split", get_args(Split)),
        entry.choice("goal", get_args(Goal)),
    )


@functools.lru_cache(maxsize=1 << 14)
def guess(tag: str) -> Role:
    """What the name alone says."""
    spoken = words(tag)
    split = split_of(spoken)
    if core(tag) == "" and "epoch" in spoken.split():
        return Role("epoch", split, None)
    if BEST.search(spoken):
        return Role("best so far", split, guess(BEST.sub("", spoken)).goal)
    for pattern, metric, goal in METRICS:
        if re.search(pattern, spoken):
            return Role(part_of(tag) if metric == "loss" else metric, split, goal)
    return Role("", split, None)


@functools.lru_cache(maxsize=1 << 14)
def words(tag: str) -> str:
    """The tag in lower-case words: "metrics/mAP50-95(B)" is "metrics map50 95 b"."""
    within = re.sub(r"^train_inner/", "train step ", tag[-LONGEST:])  # fairseq: within an epoch
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", within)
    spoken = re.sub(r"[^a-z0-9]+", " ", parted.lower()).strip()
    for habit, usual in SPELLINGS:
        spoken = habit.sub(usual, spoken)
    return spoken


def split_of(spoken: str) -> Split | None:
    """The split that the rightmost of the words names."""
    named = [SPLITS[word] for word in spoken.split() if word in SPLITS]
    return named[-1] if named else "val" if OF_OBJECTS.search(spoken) else None


@functools.lru_cache(maxsize=1 << 14)
def core(tag: str) -> str:
    """The words without splits and fillers, each once: the same for both series of a pair."""
    named = (word for word in words(tag).split() if word not in SPLITS)
    return " ".join(dict.fromkeys(word for word in named if not FILLER.fullmatch(word)))


def part_of(tag: str) -> str:
    """The metric of a loss: "box loss" of "train/box_loss", "loss" of the total."""
    named = core(tag)
    glued = [word.removesuffix("loss") for word in named.split() if word.endswith("loss")]
    rest = (LOSS_WORD if LOSS_WORD.search(named) else LOSS).sub(" ", named)
    return " ".join(
        [*filter(lambda word: word not in SPLITS, glued), *rest.split(), "loss"]
    ).strip()


def is_loss(metric: str) -> bool:
    """Whether a metric is a loss or a part of one."""
    return metric == "loss" or metric.endswith(" loss")
