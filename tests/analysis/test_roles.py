"""What tags mean, as real writers spell them."""

from __future__ import annotations

import time

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
        "epoch_val_binary_crossentropy": ("binary loss", "val", "min"),
    },
    "lightning": {
        "train_loss_step": ("loss", "train", "min"),
        "train_loss_epoch": ("loss", "train", "min"),
        "val_loss": ("loss", "val", "min"),
        "val_loss/dataloader_idx_1": ("loss", "val", "min"),
        "lr-AdamW/pg1": ("learning rate", None, None),
        "grad_2.0_norm_total": ("gradient norm", None, None),
        "lr-AdamW/pg1-momentum": ("", None, None),
        "lr-AdamW-weight_decay": ("", None, None),
        "val/BinaryF1Score": ("f1", "val", "max"),
        "val/BinaryAUROC": ("auc", "val", "max"),
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
        "train/rewards/accuracy_reward/std": ("", "train", None),
        "train/rewards/accuracy_reward/mean": ("reward", "train", "max"),
        "eval/rewards/accuracies": ("accuracy", "val", "max"),
        "train/chosen_reward": ("preference", "train", None),
        "eval/reward_margin": ("preference", "val", None),
        "eval/reward_accuracy": ("accuracy", "val", "max"),
        "objective/entropy": ("", None, None),
        "objective/scores": ("", None, None),
        "eval/exact_match": ("score", "val", "max"),
        "eval/matthews_correlation": ("score", "val", "max"),
    },
    "stable-baselines3": {
        "rollout/ep_rew_mean": ("reward", "train", "max"),
        "rollout/ep_len_mean": ("episode length", "train", None),
        "rollout/exploration_rate": ("", "train", None),
        "eval/mean_reward": ("reward", "val", "max"),
        "eval/mean_ep_length": ("episode length", "val", None),
        "train/value_loss": ("value loss", "train", "min"),
        "train/policy_gradient_loss": ("policy loss", "train", None),
        "train/entropy_loss": ("entropy loss", "train", None),
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
        "metrics/accuracy_top1": ("accuracy", "val", "max"),
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
        "samples/sec": ("throughput", None, "max"),
        "sec/sample": ("time", None, None),
        "val/top1_error": ("error", "val", "min"),
        "val/err5": ("error", "val", "min"),
        "val/prec@1": ("precision", "val", "max"),
        "val/nrmse": ("regression error", "val", "min"),
        "val/loss_std": ("", "val", None),
        "acc_std_dev": ("", None, None),
        "train/std_loss": ("std loss", "train", "min"),
        "loss_weight": ("", None, None),
        "contrastive_loss/temperature": ("", None, None),
        "best_val_acc": ("best so far", "val", "max"),
        "val/loss_best": ("best so far", "val", "min"),
        "Vali_Loss": ("loss", "val", "min"),
        "hold-out/loss": ("loss", "val", "min"),
        "testset/acc": ("accuracy", "test", "max"),
        "val/negative_log_likelihood": ("loss", "val", "min"),
        "val/log_likelihood": ("elbo", "val", "max"),
        "neg_elbo": ("loss", None, "min"),
        "codebook_perplexity": ("", None, None),
    },
    "scikit-learn": {
        "neg_log_loss": ("negated error", None, "max"),
        "neg_mean_squared_error": ("negated error", None, "max"),
        "val/neg_loss": ("neg loss", "val", "min"),
    },
    "megatron": {
        "lm-loss-training/lm loss": ("lm loss", "train", "min"),
        "lm loss validation": ("lm loss", "val", "min"),
        "lm loss validation vs samples": ("lm loss", "val", "min"),
        "lm loss validation ppl": ("perplexity", "val", "min"),
        "samples vs steps": ("counter", None, None),
    },
    "torchtitan": {
        "loss_metrics/global_avg_loss": ("loss", None, "min"),
        "loss_metrics/global_max_loss": ("global max loss", None, "min"),
        "validation_metrics/loss": ("loss", "val", "min"),
        "throughput(tps)": ("throughput", None, "max"),
    },
    "detectron2 and mmdetection": {
        "bbox/AP": ("map", "val", "max"),
        "bbox/APs": ("map", "val", "max"),
        "coco/bbox_mAP_50": ("map", "val", "max"),
        "sem_seg/mIoU": ("iou", "val", "max"),
        "fast_rcnn/cls_accuracy": ("accuracy", None, "max"),
        "decode.loss_ce": ("decode ce loss", None, "min"),
    },
    "fairseq": {
        "valid/best_loss": ("best so far", "val", "min"),
        "gnorm": ("gradient norm", None, None),
        "wps": ("throughput", None, "max"),
        "train_inner/loss": ("loss", "train", "min"),
        "train_inner/nll_loss": ("nll loss", "train", "min"),
        "train_inner/gnorm": ("gradient norm", "train", None),
        "train_inner_loss": ("inner loss", "train", "min"),  # of meta-learning: another loss
    },
    "cleanrl": {
        "charts/episodic_return": ("reward", None, "max"),
        "charts/SPS": ("throughput", None, "max"),
        "losses/entropy": ("entropy loss", None, None),
        "losses/q_values": ("", None, None),
        "losses/qf1_values": ("", None, None),
        "losses/clipfrac": ("", None, None),
        "losses/alpha": ("", None, None),
        "losses/td_loss": ("td loss", None, "min"),
    },
    "omnisafe": {
        "Metrics/EpRet": ("reward", None, "max"),
        "Metrics/EpLen": ("episode length", None, None),
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
        "train/discloss": ("discriminator loss", "train", None),
        "Metrics/fid50k_full": ("fid", None, "min"),
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


def test_a_metric_that_the_settings_name_brings_its_goal() -> None:
    given = rules(**{"gap$": {"metric": "loss"}, "^yield": {"metric": "accuracy"}})

    assert given.role("val/accuracy_gap").goal == "min"
    assert given.role("yield").goal == "max"


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


def test_a_tag_of_many_thousand_characters_is_understood_by_its_end() -> None:
    begun = time.process_time()

    assert guess("loss/" * 4_000 + "val/accuracy").split == "val"
    assert time.process_time() - begun < 2  # 22 s where all of it is searched
