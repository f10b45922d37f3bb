"""A recipe: everything that fixes what training makes, in one small TOML file."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self, get_type_hints

from recoup.errors import TrainingError
from recoup.picture import shown
from recoup.training.losses import PixelLoss
from recoup.training.optimise import Optimiser, Schedule
from recoup.training.pairs import Degradation
from recoup.training.typed import typed

_ABOVE, _NEVER_BELOW, _SHARE = "above 0", "0 or more", "a share, 0 to 1"
_RANGES = MappingProxyType(
    {
        **dict.fromkeys(("crop", "batch", "steps", "rate", "clip", "held_out"), _ABOVE),
        **dict.fromkeys(("validate_every", "critic", "critic_rate", "reuse"), _ABOVE),
        **dict.fromkeys(("coded",), _NEVER_BELOW),
        **dict.fromkeys(("rest", "perceptual", "adversarial", "margin", "seed"), _NEVER_BELOW),
        **dict.fromkeys(("checkpoint_s",), _NEVER_BELOW),
        **dict.fromkeys(("clipped", "told", "sharpen", "warmup", "decay", "ema"), _SHARE),
    }
)
_LEAST = 16


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What to train, on what, and how.

    Attributes
    ----------
    name, task
        Of the model; the task in words, for its card.
    net
        ``plain:width=64,blocks=5``: see ``NETS``.
    data
        Sets by name, or folders.
    split
        A split file of these sets: its parts train and validate; empty for none.
    held_out
        Without one, pictures kept for validation, taken by the order of their hashes.
    chain, sigma, clipped, told, margin, coded
        The degradation: see :class:`Degradation`.
    quality
        ``[least, most]`` qualities of a learned codec, drawn for each crop; instead of a
        degradation, and with what a crop costs in bits in the loss. ``[0, 0]`` for restorers.
    crop, batch
        Side of what the net is to return, in pixels; crops in a step.
    zoom
        Each crop is taken this many times as large and averaged down, one of these at random.
    reuse
        How often each degraded crop is used: see :class:`Pairs`.
    steps, seed
        Of the whole run.
    loss
        On pixels: ``charbonnier``, ``l1``, ``l2``, ``psnr``.
    sharpen, last
        Share of the steps, at the end, that use another pixel loss, and which: ``l2`` is what
        PSNR measures at one strength of the degradation, ``psnr`` where strengths vary.
    perceptual, adversarial
        Weights of these losses beside the pixel loss; 0 for none.
    critic, critic_rate
        Features of the discriminator's finest level; its learning rate.
    optimiser, rate, rest
        ``muon``, ``adam`` or ``adamw``; its learning rate; that of AdamW for what Muon leaves.
    schedule, warmup, decay
        See :class:`Pace`.
    clip
        Largest norm of the gradient.
    ema
        Decay of the running mean of the weights, which is what is kept and validated.
    precision
        ``bf16`` computes in bfloat16 where that is quicker.
    validate_every, checkpoint_s
        Steps between validations; seconds between checkpoints.
    start
        Weights to start from: a file, or the recipe of a run beside this one, whose best weights
        are taken; empty for none.
    """

    name: str
    task: str
    net: str
    data: tuple[str, ...]
    split: str = ""
    held_out: int = 12
    chain: str = ""
    sigma: tuple[float, float] = (0.0, 0.0)
    clipped: float = 0.5
    told: float = 0.0
    margin: int = 0
    coded: int = 0
    quality: tuple[float, float] = (0.0, 0.0)
    crop: int = 96
    zoom: tuple[int, ...] = (1,)
    batch: int = 8
    reuse: int = 1
    steps: int = 10_000
    seed: int = 0
    loss: PixelLoss = "charbonnier"
    sharpen: float = 0.2
    last: PixelLoss = "l2"
    perceptual: float = 0.0
    adversarial: float = 0.0
    critic: int = 32
    critic_rate: float = 1e-4
    optimiser: Optimiser = "muon"
    rate: float = 8e-3
    rest: float = 1.5e-3
    schedule: Schedule = "constant"
    warmup: float = 0.03
    decay: float = 0.2
    clip: float = 0.5
    ema: float = 0.999
    precision: Literal["fp32", "bf16"] = "fp32"
    validate_every: int = 500
    checkpoint_s: float = 60.0
    start: str = ""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        for name, wanted in _RANGES.items():
            if not _fits(getattr(self, name), wanted):
                raise TrainingError(f"{name} must be {wanted}, not {getattr(self, name)}")
        if not self.data:
            raise TrainingError("data must name a set or a folder")
        for name in ("sigma", "quality"):
            pair = getattr(self, name)
            if len(pair) != 2 or not 0 <= pair[0] <= pair[1]:
                raise TrainingError(f"{name} is [least, most], not {list(pair)}")
        if min(self.zoom, default=0) < 1:
            raise TrainingError(f"zoom is a list of whole numbers above 0, not {list(self.zoom)}")
        by_chain = self.chain or self.margin or any(self.sigma)
        if sum(map(bool, (self.coded, self.codes, by_chain))) > 1:
            raise TrainingError(
                "coded stands alone, and so does quality: leave out chain, margin and sigma"
            )
        if self.coded and self.coded < self.crop + 8:
            raise TrainingError(f"coded must be crop + 8 or more, not {self.coded}")
        if self.crop < _LEAST or (self.judge == "lpips" and self.crop % 32):
            raise TrainingError(
                f"crop must be {_LEAST} or more, and a multiple of 32 beside a perceptual or "
                f"adversarial loss, not {self.crop}"
            )

    @property
    def codes(self) -> bool:
        """Whether the net is a codec, which is told a quality and pays for bits."""
        return self.quality[1] > 0

    @property
    def judge(self) -> Literal["psnr", "lpips", "cost"]:
        """The score that says which weights are best; a critic costs PSNR for what is seen."""
        if self.perceptual or self.adversarial:
            return "lpips"
        return "cost" if self.codes else "psnr"

    def sharp(self, step: int) -> bool:
        """Whether a step uses ``l2`` whatever the loss.

        Examples
        --------
        >>> Recipe(name="a", task="", net="", data=("a",), steps=10, sharpen=0.2).sharp(8)
        True
        """
        return step >= (1 - self.sharpen) * self.steps

    def steady(self, step: int) -> bool:
        """Whether nothing up to a step, its warm-up apart, depended on how many steps there are.

        Only a ``constant`` schedule has such steps: from there a run can be given others.

        Examples
        --------
        >>> recipe = Recipe(name="a", task="", net="", data=("a",), steps=10)
        >>> recipe.steady(8), recipe.steady(9)
        (True, False)
        """
        blunt = self.sharpen == 1 or step <= (1 - self.sharpen) * self.steps
        return blunt and self.schedule == "constant" and step <= (1 - self.decay) * self.steps

    @property
    def degradation(self) -> Degradation:
        """What is done to clean crops."""
        return Degradation(
            self.chain,
            self.sigma,
            self.clipped,
            self.told,
            self.margin,
            self.coded,
            self.quality,
        )

    @property
    def side(self) -> int:
        """Least side of a training picture.

        Examples
        --------
        >>> Recipe(name="a", task="", net="", data=("a",), crop=96, coded=512).side
        512
        """
        return max(self.crop + 2 * self.margin, self.coded)

    @property
    def sha256(self) -> str:
        """Hash of every value that is not the default, so that a new setting changes no hash."""
        values = ((f, getattr(self, f.name)) for f in fields(self))
        kept = {f.name: value for f, value in values if value != f.default}
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read TOML.

        Raises
        ------
        TrainingError
            If it is no recipe.

        Examples
        --------
        >>> Recipe.read("name = 'a'")
        Traceback (most recent call last):
        recoup.errors.TrainingError: a recipe needs task, net, data
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise TrainingError(f"not TOML: {error}") from error
        hints = get_type_hints(cls)
        if unknown := sorted(values.keys() - hints.keys()):
            raise TrainingError(f"a recipe has no {', '.join(unknown)}; it has {', '.join(hints)}")
        needed = [name for name in ("name", "task", "net", "data") if name not in values]
        if needed:
            raise TrainingError(f"a recipe needs {', '.join(needed)}")
        return cls(**{name: typed(name, value, hints[name]) for name, value in values.items()})


def recipe(name: str) -> Recipe:
    """Return a recipe that ships, or the one in a file that ends in ``.toml``.

    Raises
    ------
    TrainingError
        If there is none, or it cannot be read.

    Examples
    --------
    >>> recipe("dncnn").net
    'plain:width=64,blocks=5,facts=2'
    """
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"{shown(name)}: cannot be read: {error}") from error
        try:
            return Recipe.read(text)
        except TrainingError as error:
            raise TrainingError(f"{shown(name)}: {error}") from error
    if name not in recipes():
        raise TrainingError(
            f"no recipe is called {shown(name)!r}; there are {', '.join(recipes())}, "
            "or give a file that ends in .toml"
        )
    return Recipe.read((files("recoup.training") / "recipes" / f"{name}.toml").read_text("utf-8"))


def recipes() -> tuple[str, ...]:
    """Names of the recipes that ship.

    Examples
    --------
    >>> "dncnn" in recipes()
    True
    """
    folder = files("recoup.training") / "recipes"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.is_file()))


def _fits(value: float, wanted: str) -> bool:
    """Whether a number is in a range."""
    if wanted == _ABOVE:
        return value > 0
    return value >= 0 and (wanted == _NEVER_BELOW or value <= 1)
