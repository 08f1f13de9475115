"""What tags mean, as real writers spell them."""

from __future__ import annotations

import pytest

from tbreport.analysis.roles import RoleRules, guess
from tbreport.errors import BadSetting, UnknownSetting
from tbreport.model import Role
from tbreport.settings import Table

# writer → tag → metric, split, goal
SPOKEN: dict[str, dict[str, tuple[str, str | None, str | None]]] = {
    "keras": {
        "train/epoch_loss": ("loss", "train", "min"),
        "validation/epoch_loss": ("loss", "val", "min"),
        "validation/epoch_accuracy": ("accuracy", "val", "max"),
        "validation/evaluation_loss_vs_iterations": ("loss", "val", "min"),
        "validation/evaluation_accuracy_vs_iterations": ("accuracy", "val", "max"),
        "epoch_accuracy": ("accuracy", None, "max"),
        "epoch_loss": ("loss", None, "min"),
        "epoch_val_loss": ("loss", "val", "min"),
        "epoch_val_acc": ("accuracy", "val", "max"),
        "batch_loss": ("loss", None, "min"),
        "train/epoch_learning_rate": ("learning rate", "train", None),
    },
    "lightning": {
        "train_loss_step": ("loss", "train", "min"),
        "train_loss_epoch": ("loss", "train", "min"),
        "val_loss": ("loss", "val", "min"),
        "val_loss/dataloader_idx_1": ("loss", "val", "min"),
        "lr-AdamW/pg1": ("learning rate", None, None),
        "grad_2.0_norm_total": ("gradient norm", None, None),
        "hp_metric": ("", None, None),
        "val_acc_mean_pos": ("rank", "val", "min"),
        "epoch": ("epoch", None, None),
    },
    "hugging face": {
        "train/loss": ("loss", "train", "min"),
        "eval/loss": ("loss", "val", "min"),
        "eval/accuracy": ("accuracy", "val", "max"),
        "train/grad_norm": ("gradient norm", "train", None),
        "train/train_loss": ("loss", "train", "min"),
        "train/learning_rate": ("learning rate", "train", None),
        "train/epoch": ("epoch", "train", None),
        "train/total_flos": ("counter", "train", None),
        "train/train_runtime": ("time", "train", None),
        "train/train_samples_per_second": ("throughput", "train", "max"),
        "eval/runtime": ("time", "val", None),
        "train/rewards/chosen": ("preference", "train", None),
    },
    "stable-baselines3": {
        "rollout/ep_rew_mean": ("reward", "train", "max"),
        "rollout/ep_len_mean": ("episode length", "train", None),
        "rollout/exploration_rate": ("", "train", None),
        "eval/mean_reward": ("reward", "val", "max"),
        "eval/mean_ep_length": ("episode length", "val", None),
        "train/value_loss": ("value loss", "train", "min"),
        "train/policy_gradient_loss": ("policy loss", "train", None),
        "train/entropy_loss": ("policy loss", "train", None),
        "train/explained_variance": ("explained variance", "train", "max"),
        "train/approx_kl": ("", "train", None),
        "train/clip_fraction": ("", "train", None),
        "train/n_updates": ("counter", "train", None),
        "time/fps": ("throughput", None, "max"),
        "time/total_timesteps": ("counter", None, None),
        "time/iterations": ("counter", None, None),
        "time/time_elapsed": ("time", None, None),
    },
    "yolo": {
        "train/box_loss": ("box loss", "train", "min"),
        "val/box_loss": ("box loss", "val", "min"),
        "metrics/mAP_0.5": ("map", "val", "max"),
        "metrics/mAP_0.5:0.95": ("map", "val", "max"),
        "metrics/mAP50(B)": ("map", "val", "max"),
        "metrics/precision(B)": ("precision", "val", "max"),
        "x/lr0": ("learning rate", None, None),
        "lr/pg0": ("learning rate", None, None),
    },
    "torch": {
        "Loss/train": ("loss", "train", "min"),
        "Loss/val": ("loss", "val", "min"),
        "loss/test": ("loss", "test", "min"),
        "Accuracy/test": ("accuracy", "test", "max"),
        "Loss_train/Loss": ("loss", "train", "min"),
        "Loss_val/Loss": ("loss", "val", "min"),
        "Loss/box/val": ("box loss", "val", "min"),
        "loss/total": ("loss", None, "min"),
        "trainLoss": ("loss", "train", "min"),
        "valAcc": ("accuracy", "val", "max"),
        "valloss": ("loss", "val", "min"),
        "train/nll": ("loss", "train", "min"),
        "lr": ("learning rate", None, None),
        "grad/norm": ("gradient norm", None, None),
        "gradient_norm": ("gradient norm", None, None),
        "val/perplexity": ("perplexity", "val", "min"),
        "val/f1_macro": ("f1", "val", "max"),
        "test_auc": ("auc", "test", "max"),
        "gpu_mem_allocated": ("system", None, None),
        "amp/loss_scale": ("loss scale", None, None),
        "batch_time": ("time", None, None),
    },
    "clu": {
        "loss": ("loss", None, "min"),
        "grad_norm": ("gradient norm", None, None),
        "validation/ctc_loss": ("ctc loss", "val", "min"),
        "validation/mean_average_precision": ("map", "val", "max"),
        "validation/num_examples": ("counter", "val", None),
        "validation/wer": ("word error rate", "val", "min"),
        "validation/ssim": ("ssim", "val", "max"),
        "score": ("score", None, None),
        "total_duration": ("time", None, None),
        "accumulated_submission_time": ("time", None, None),
        "global_step": ("counter", None, None),
        "preemption_count": ("counter", None, None),
    },
    "flax": {
        "val/acc": ("accuracy", "val", "max"),
        "val/acc_top5": ("accuracy", "val", "max"),
        "Train/loss": ("loss", "train", "min"),
    },
    "gan": {
        "loss_G": ("generator loss", None, None),
        "Loss_D": ("discriminator loss", None, None),
        "g_loss": ("generator loss", None, None),
        "D_loss/train": ("discriminator loss", "train", None),
        "errD": ("discriminator loss", None, None),
        "disc/loss": ("discriminator loss", None, None),
        "train/adv_loss": ("adversarial loss", "train", None),
    },
}


@pytest.mark.parametrize(
    ("tag", "meaning"),
    [(tag, meaning) for tags in SPOKEN.values() for tag, meaning in tags.items()],
)
def test_names_mean_what_their_writers_mean(
    tag: str, meaning: tuple[str, str | None, str | None]
) -> None:
    role = guess(tag)

    assert (role.metric, role.split, role.goal) == meaning


def test_the_rightmost_split_counts() -> None:
    assert guess("train/val_loss").split == "val"


def test_cross_entropy_is_no_entropy_bonus() -> None:
    assert guess("train/cross_entropy_loss").metric == "cross entropy loss"


def rules(**values: object) -> RoleRules:
    return RoleRules.parse(Table("roles", "tbreport.toml", values))


def test_settings_go_before_the_guess() -> None:
    given = rules(**{"^energy": {"metric": "loss", "split": "val", "goal": "min"}})

    assert given.role("energy/total") == Role("loss", "val", "min")
    assert given.role("train/loss") == guess("train/loss")


def test_what_the_settings_leave_out_stays_as_guessed() -> None:
    given = rules(**{"train/score": {"goal": "min"}})

    assert given.role("train/score") == Role("score", "train", "min")


def test_the_first_pattern_found_decides() -> None:
    given = rules(**{"loss": {"metric": "a"}, "loss/": {"metric": "b"}})

    assert given.role("loss/x").metric == "a"


def test_a_misspelt_key_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(UnknownSetting) as caught:
        rules(loss={"gaol": "min"})

    assert "'gaol'" in str(caught.value)
    assert caught.value.hint == "did you mean 'goal'?"


def test_a_split_that_is_none_is_an_error_that_lists_them() -> None:
    with pytest.raises(BadSetting, match="should be one of train, val, test"):
        rules(loss={"split": "valid"})


def test_a_pattern_that_is_none_is_an_error() -> None:
    with pytest.raises(BadSetting, match="no regular expression"):
        rules(**{"loss(": {"split": "val"}})
