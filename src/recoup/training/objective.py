"""What a step makes small: the pixel loss, and what a recipe puts beside it."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from recoup.training.checkpoint import part
from recoup.training.critic import Critic
from recoup.training.losses import PIXEL_LOSSES, costs
from recoup.training.perceptual import Perceptual
from recoup.training.ranks import Ranks
from recoup.training.recipe import Recipe

Spent = tuple[Tensor, Tensor] | None


class Objective:
    """Pixels; features, if ``perceptual``; and the verdict of a critic, if ``adversarial``.

    Parameters
    ----------
    recipe
        Which of them, and their weights.
    ranks
        Processes that train together.

    Raises
    ------
    MissingError
        If the recipe is perceptual and ``lpips-alex`` is not installed.

    Examples
    --------
    >>> import torch
    >>> recipe = Recipe(name="a", task="", net="plain", data=("a",), loss="l1")
    >>> objective = Objective(recipe, Ranks())
    >>> round(float(objective.loss(torch.ones(1, 3, 8, 8), torch.zeros(1, 3, 8, 8), step=0)), 3)
    1.0
    """

    def __init__(self, recipe: Recipe, ranks: Ranks) -> None:
        """Build what the recipe asks for."""
        self.recipe = recipe
        self.perceptual = Perceptual.installed().to(ranks.device) if recipe.perceptual else None
        self.critic: Critic | None = None
        if recipe.adversarial:
            self.critic = Critic(
                width=recipe.critic, rate=recipe.critic_rate, seed=recipe.seed, ranks=ranks
            )

    def loss(self, restored: Tensor, wanted: Tensor, *, step: int, spent: Spent = None) -> Tensor:
        """The net's loss on its crops, both (batch, channels, height, width) float32 in 0..1.

        ``spent`` is what a codec spent on each crop: bits per pixel and the quality, both (batch,).
        """
        recipe = self.recipe
        if spent is None:
            pixels = PIXEL_LOSSES[recipe.last if recipe.sharp(step) else recipe.loss]
            total = pixels(restored, wanted)
        else:
            total = costs(restored, wanted, *spent).mean()
        if self.perceptual is not None:
            seen = self.perceptual(restored, wanted, step=step)
            total = total + recipe.perceptual * seen
        if self.critic is not None:
            total = total + recipe.adversarial * self.critic.loss(restored)
        return total

    def learn(self, restored: Tensor, wanted: Tensor, *, pace: float) -> None:
        """Let the critic, if any, learn from what the net gave."""
        if self.critic is not None:
            self.critic.learn(restored.detach(), wanted, pace)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that is learnt here, by name."""
        learnt = {} if self.critic is None else self.critic.tensors()
        return {f"critic.{name}": value for name, value in learnt.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what :meth:`tensors` gave."""
        if self.critic is not None:
            self.critic.load(part("critic.", tensors))
