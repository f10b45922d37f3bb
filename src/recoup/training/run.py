"""A training run: the loop, read from top to bottom."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from recoup.errors import TrainingError
from recoup.training.build import build
from recoup.training.checkpoint import (
    Point,
    State,
    optimiser_tensors,
    part,
    read_checkpoint,
    restore_optimisers,
    write_checkpoint,
)
from recoup.training.feed import Feed
from recoup.training.journal import Journal
from recoup.training.objective import Objective, Spent
from recoup.training.optimise import Pace, flushed, follow, optimisers
from recoup.training.pairs import Batch, Pairs
from recoup.training.pool import Pool, pools
from recoup.training.precision import pays
from recoup.training.progress import Progress
from recoup.training.ranks import Ranks, laid_out
from recoup.training.rate import RateValidation
from recoup.training.recipe import Recipe
from recoup.training.start import begin, check, made, standing
from recoup.training.validate import Validation


class Run:
    """One run in a folder: ``last.safetensors``, ``best.safetensors``, and where they stand.

    Parameters
    ----------
    recipe
        What to train.
    paths
        Training pictures.
    valid
        Pictures to validate with; if none are given, some of ``paths`` are held out.
    folder
        Of the run; a run that is there is resumed. One that is there with another number of steps
        is prolonged from before it began to slow down.
    device
        ``cpu``, ``cuda``.
    threads
        Of PyTorch on the processor; results are the same for the same number only.
    ranks
        Processes that train together; alone if not given.

    Raises
    ------
    TrainingError
        If the pictures are too few, the recipe does not fit its net, or the folder is another's.
    """

    def __init__(
        self,
        recipe: Recipe,
        paths: Sequence[Path],
        folder: Path,
        *,
        device: str = "cpu",
        threads: int = 1,
        ranks: Ranks | None = None,
        valid: Sequence[Path] = (),
    ) -> None:
        """Load the pictures, build the net, and go to where the run stands."""
        self.recipe, self.folder, self.threads = recipe, folder, threads
        self.ranks = ranks or Ranks(device=device)
        self.device = torch.device(self.ranks.device)
        torch.set_num_threads(threads)
        self.net = build(recipe.net, seed=recipe.seed)
        laid_out(self.net, self.device)
        check(recipe, scale=self.net.scale, multiple=self.net.multiple, ranks=self.ranks.count)
        if recipe.start and not self.last.exists():
            begin(self.net, recipe.start, folder)
        self.mean = deepcopy(self.net).eval().requires_grad_(requires_grad=False)
        self.optimisers = optimisers(self.net, recipe.optimiser, rate=recipe.rate, rest=recipe.rest)
        self.objective = Objective(recipe, self.ranks)
        kept, held = pools(paths, valid, side=recipe.side, held_out=recipe.held_out)
        self.names, self.left_out = (*kept.names, *held.names), kept.left_out
        self.held_out = len(held.pictures)
        self.pairs = self._pairs(kept)
        judge = RateValidation if recipe.codes else Validation
        self.validation = judge.of(replace(self._pairs(held), rank=0, ranks=1))
        self.journal = Journal(folder)
        digest = hashlib.sha256("".join(p.sha256 for p in kept.pictures).encode()).hexdigest()
        self.state = State(
            *(0, recipe.sha256, digest, -math.inf, 0, 0.0, 0.0, recipe.steps),
            threads=threads,
            start=recipe.start,
        )
        self._resume()

    @property
    def last(self) -> Path:
        """The newest checkpoint."""
        return self.folder / "last.safetensors"

    @property
    def steady(self) -> Path:
        """The last checkpoint from which the run can be prolonged."""
        return self.folder / "steady.safetensors"

    @property
    def best(self) -> Path:
        """The best weights so far."""
        return self.folder / "best.safetensors"

    @flushed()
    def train(
        self,
        *,
        feeders: int = 1,
        stop: Callable[[], bool] = lambda: False,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> State:
        """Train until the recipe's steps are done or ``stop()`` is true after a step.

        Parameters
        ----------
        feeders
            Threads that prepare data.
        stop
            Asked after every step; the state is then written.
        progress
            Told of every step.

        Returns
        -------
        State
            As written.

        Raises
        ------
        TrainingError
            If the loss is no number, or a checkpoint cannot be written.
        """
        recipe = self.recipe
        if self.state.step < recipe.steps:
            self.state = replace(self.state, threads=self.threads)
        before = self.state
        begun, cpu, saved = time.monotonic(), time.process_time(), time.monotonic()
        made(self.folder)
        feed = Feed(self.pairs, range(before.step, recipe.steps), threads=feeders)
        with closing(self.journal):
            for batch in feed:
                if self.state.half is None:
                    self.state = replace(self.state, half=self._in_half(batch))
                loss = self._step(batch)
                now = time.monotonic()
                done = self.state.step + 1
                self.state = replace(
                    self.state,
                    step=done,
                    seconds=before.seconds + now - begun,
                    cpu_seconds=before.cpu_seconds + time.process_time() - cpu,
                )
                report = Progress(
                    done,
                    recipe.steps,
                    loss,
                    rate=(done - before.step) * recipe.batch / (now - begun),
                    waited=feed.waited / (now - begun),
                    seconds=now - begun,
                    taken=done - before.step,
                )
                if self.ranks.leads:
                    if done == recipe.steps or not done % recipe.validate_every:
                        report = self._validated(report)
                    if report.scores or now - saved > recipe.checkpoint_s:
                        self._write(self.last)
                        saved = time.monotonic()
                    if recipe.steady(done) and not recipe.steady(done + 1):
                        self._write(self.steady)
                    self.journal.tell(report)
                    progress(report)
                if self.ranks.any(stop()):
                    break
        if self.ranks.leads:
            self._write(self.last)
        return self.state

    def _pairs(self, pictures: Pool) -> Pairs:
        """The recipe's pairs from these pictures."""
        recipe = self.recipe
        return Pairs(
            pictures,
            recipe.degradation,
            self.net.scale,
            crop=recipe.crop,
            batch=recipe.batch,
            seed=recipe.seed,
            zoom=recipe.zoom,
            rank=self.ranks.rank,
            ranks=self.ranks.count,
            reuse=recipe.reuse,
        )

    def _step(self, batch: Batch) -> float:
        """Take one step; return the loss."""
        recipe, step = self.recipe, self.state.step
        pace = Pace(recipe.steps, recipe.warmup, recipe.decay, recipe.schedule).at(step)
        for one, rate in zip(self.optimisers, (recipe.rate, recipe.rest), strict=False):
            for group in one.param_groups:
                group["lr"] = rate * pace
        restored, wanted, spent = self._restored(batch, half=bool(self.state.half))
        loss = self.objective.loss(restored, wanted, step=step, spent=spent)
        loss.backward()  # type: ignore[no-untyped-call]
        self.ranks.average(self.net.parameters())
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), recipe.clip)
        if not math.isfinite(float(norm)):
            raise TrainingError(
                f"step {step}: the gradient is no number; the last checkpoint stands. "
                "Lower rate in the recipe"
            )
        for one in self.optimisers:
            one.step()
            one.zero_grad(set_to_none=True)
        self.objective.learn(restored, wanted, pace=pace)
        follow(self.mean, self.net, decay=min(recipe.ema, (step + 1) / (step + 10)))
        return float(loss.detach())

    def _in_half(self, batch: Batch) -> bool:
        """Whether to compute in bfloat16: if it is asked for, and pays in every process."""
        if self.recipe.precision != "bf16":
            return False
        quicker = pays(lambda half: self._restored(batch, half=half)[0].sum(), self.device)
        self.net.zero_grad(set_to_none=True)
        return not self.ranks.any(not quicker)

    def _restored(self, batch: Batch, *, half: bool) -> tuple[Tensor, Tensor, Spent]:
        """What the net gives for a batch, what it should give, and what a codec spent on it."""
        crops = (batch.shown.to(self.device), batch.wanted.to(self.device))
        given, wanted = (one.contiguous(memory_format=torch.channels_last) for one in crops)
        facts = batch.facts.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            if self.recipe.codes:
                # Its noise depends on the step alone, so that a run can resume anywhere.
                torch.manual_seed((self.recipe.seed << 32) + self.state.step)
                restored, bits = self.net(given, facts)
                return restored.float(), wanted, (bits, facts[:, 0])
            restored = self.net(given, facts) if facts.shape[1] else self.net(given)
        return restored.float(), wanted, None

    def _validated(self, report: Progress) -> Progress:
        """Score the running mean; keep it if it is the best so far."""
        scores, given = self.validation.score(self.mean)
        point = Point(
            report.step,
            round(self.state.cpu_seconds, 1),
            report.loss,
            *(scores.psnr, scores.ssim, scores.shown, scores.lpips),
            dict(scores.gains),
            scores.cost,
            scores.saved,
        )
        self.state = replace(self.state, curve=(*self.state.curve, point))
        judged = scores.judged(self.recipe.judge, report.step)
        if judged > self.state.best:
            self.state = replace(self.state, best=judged, best_step=self.state.step)
            write_checkpoint(self.best, self.state, self.mean.state_dict())
        return replace(report, scores=scores, sheet=self.validation.sheet(given))

    def _write(self, path: Path) -> None:
        """Write where the run stands."""
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"mean.{name}": value for name, value in self.mean.state_dict().items()}
        tensors |= optimiser_tensors(self.optimisers) | self.objective.tensors()
        write_checkpoint(path, self.state, tensors)

    def _resume(self) -> None:
        """Go to where the run in the folder stands, if there is one."""
        found = standing((self.last, self.steady), self.recipe, self.state.pictures)
        if found is None:
            return
        self.state, tensors = found
        self.net.load_state_dict(part("net.", tensors))
        self.mean.load_state_dict(part("mean.", tensors))
        restore_optimisers(self.optimisers, tensors)
        self.objective.load(tensors)
        if self.best.exists():  # what an earlier end of the run left is replaced by better only
            kept = read_checkpoint(self.best)[0]
            if kept.best > self.state.best:
                self.state = replace(self.state, best=kept.best, best_step=kept.best_step)
