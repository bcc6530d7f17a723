"""The phases of a recipe, epoch after epoch. Draws depend on seed, phase and epoch alone: a resumed run is exact."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fiducial.learn.losses.contract import Counts, Loss
from fiducial.learn.members import parse_member
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.freezing import freeze, groups, to_training
from fiducial.learn.pretraining.phase import Pretraining
from fiducial.learn.recipe import Phase, Recipe
from fiducial.learn.samplers.contract import Pool, Sampler
from fiducial.learn.training.averaging import Average
from fiducial.learn.training.feeding import Clock, Feed
from fiducial.learn.training.logs import Logs
from fiducial.learn.training.peers import Peers, share
from fiducial.learn.training.pictures import Asked, Pictures, in_batches
from fiducial.learn.training.scheduling import Schedule, up_and_down
from fiducial.learn.training.scoring import auroc, cross_entropy, scored
from fiducial.learn.training.state import State
from fiducial.learn.training.stepping import Stepper

STATE = "state.ckpt"


@dataclass(slots=True)
class Run:
    """One run: a network on its way through the phases, with everything that it may look at."""

    recipe: Recipe
    network: Classifier
    train: Pictures
    tune: Pictures
    folder: Path
    state: State
    peers: Peers
    told: Callable[[int, int], None] | None = None
    look: Pictures | None = None  # every training picture, for phases that learn from no label
    speed: list[dict[str, Any]] = field(default_factory=list)

    def finish(self) -> Classifier:
        """Do all epochs that are left; gives the best network of the last phase, on the CPU.

        Raises:
            Diverged: a loss is not finite.
            UnusableInput: the state cannot be written, or a cached picture was changed.
        """
        self._through(len(self.recipe.phases))
        self.network.load_state_dict(_required(self.state.best))
        return self.network.cpu().eval()

    def pretrain(self) -> Classifier:
        """Do what is left of the phases that learn from no label; leaves their weights beside the state.

        Raises:
            Diverged: a loss is not finite.
            UnusableInput: the state cannot be written, or a cached picture was changed.
        """
        self._through(len(self.recipe.looks))
        return self.network.cpu().eval()

    def _through(self, phases: int) -> None:
        asked = self.recipe.training.deterministic
        torch.use_deterministic_algorithms(mode=asked, warn_only=torch.cuda.is_available())
        self.network.to(self.peers.fabric.device)
        self.network.to(memory_format=self._layout)  # type: ignore[call-overload]  # torch takes it, its stubs do not know
        heard = Logs(self.recipe, self.folder, self.state) if self.peers.seat.first else None
        try:
            while self.state.phase < phases:
                if self.recipe.phases[self.state.phase].objective is None:
                    self._phase(heard)
                else:
                    self._look(heard)
        finally:
            if heard is not None:
                heard.close()

    def _look(self, heard: Logs | None) -> None:
        if self.look is None:
            raise RuntimeError("a phase with an objective has no pictures to look at")
        work = Pretraining(
            self.recipe, self.network, self.look, self.folder, self.state, self.peers, self._layout, self.speed,
            lambda: self.state.save(self.folder / STATE),
        )  # fmt: skip
        work.finish(heard, self._tell)

    @property
    def _layout(self) -> torch.memory_format:
        return torch.channels_last if self.recipe.training.channels_last else torch.contiguous_format

    def _phase(self, heard: Logs | None) -> None:
        phase, state, asked = self.recipe.phases[self.state.phase], self.state, self.recipe.training
        if state.epoch == 0 and state.best is not None:  # the phase before is done: begin with its best
            self.network.load_state_dict(state.best)
            state.best = state.score = None
        freeze(self.network, phase)
        average = Average(self.network, asked.ema) if asked.ema is not None else None
        optimiser = torch.optim.AdamW(groups(self.network, phase), weight_decay=asked.weight_decay)
        steps = phase.epochs * len(self._batches(phase, 0))
        schedule = up_and_down(optimiser, steps, asked.warmup)
        self._restore(average, optimiser, schedule)
        self.peers.begin_alike(self.network)
        fabric = self.peers.fabric
        network = torch.compile(self.network) if asked.compile else self.network
        wrapped, optimiser = fabric.setup(network, optimiser)
        loss: Loss = parse_member("losses", phase.loss or self.recipe.loss, where="loss")
        counts = Counts.of(torch.from_numpy(self.train.labels))
        stepper = Stepper(wrapped, optimiser, loss, counts, state.micro, fabric.backward, self._note, self.peers)
        feed = Feed(self.train, asked.workers, fabric.device, self._layout)
        while state.epoch < phase.epochs and not self._tired():
            row = self._epoch(phase, stepper, schedule, average, feed)
            state.micro = stepper.micro
            self._kept(row, average)
            state.epoch += 1
            state.network, state.optimiser, state.schedule = (
                self.network.state_dict(), optimiser.state_dict(), schedule.state_dict(),
            )  # fmt: skip
            state.average = average.state() if average else None
            if heard is not None:
                state.save(self.folder / STATE)
                heard.add(row, self.speed)
                self._tell()
            self.peers.wait()
        state.phase, state.epoch, state.waited = state.phase + 1, 0, 0
        state.network = state.optimiser = state.schedule = state.average = None
        if heard is not None:
            state.save(self.folder / STATE)

    def _epoch(
        self, phase: Phase, stepper: Stepper, schedule: Schedule, average: Average | None, feed: Feed
    ) -> dict[str, Any]:
        to_training(self.network)
        losses, clock, asked = [], Clock(), self.recipe.training
        batches = self._batches(phase, self.state.epoch)
        mine = [share(batch, asked.batch, self.peers.seat) for batch in batches]
        starts = np.cumsum([0, *(len(batch) for batch in batches)])
        for batch, start, (images, truth, places) in zip(
            mine, starts, feed.epoch([m for m, _ in mine], clock), strict=False
        ):
            studies = [self.train.studies[int(place)] for place in places]
            losses.append(
                stepper.step(images, truth, studies, (*self._key(self.state.epoch), 1, int(start) + batch[1]))
            )
            schedule.step()
            if average is not None:
                average.update(self.network)
        self.speed.append({"phase": phase.name, "epoch": self.state.epoch + 1, **clock.row(int(starts[-1]))})
        return {"phase": phase.name, "epoch": self.state.epoch + 1, "train.loss": float(np.mean(losses))}

    def _batches(self, phase: Phase, epoch: int) -> list[list[Asked]]:
        sampler: Sampler = parse_member("samplers", phase.sampler or self.recipe.sampler, where="sampler")
        rows = self.train.rows
        pool = Pool(self.train.labels, rows.groups("patient"), rows.groups("site"), rows.mined_places)
        key = self._key(epoch)
        drawn = sampler.draw(pool, np.random.default_rng(key))
        asked: list[Asked] = [(int(place), (*key, 2, order)) for order, place in enumerate(drawn)]
        return in_batches(asked, self.recipe.training.batch * self.recipe.training.accumulate)

    def _key(self, epoch: int) -> tuple[int, int, int]:
        return self.recipe.recipe.seed, self.state.phase, epoch

    def _restore(self, average: Average | None, optimiser: torch.optim.Optimizer, schedule: Schedule) -> None:
        state = self.state
        if state.network is None:
            return
        self.network.load_state_dict(state.network)
        optimiser.load_state_dict(_required(state.optimiser))
        schedule.load_state_dict(_required(state.schedule))
        if average is not None:
            average.restore(_required(state.average))

    def _kept(self, row: dict[str, Any], average: Average | None) -> None:
        """Score on the tuning split, and keep the weights if they are the best of the phase."""
        judged = self.network if average is None else average.network
        device = next(judged.parameters()).device
        logits, _ = scored(judged, self.tune, self.state.micro, device, self._note)
        labels = self.tune.labels
        areas = auroc(logits, labels)
        row |= {"tune.loss": cross_entropy(logits, labels), "tune.auroc": float(np.mean(areas))}
        row |= {f"tune.auroc.{name}": area for name, area in zip(self.tune.rows.findings, areas, strict=True)}
        better = row["tune.auroc"] if self.recipe.training.monitor == "auroc" else -row["tune.loss"]
        better = self.peers.told_by_first(better)
        if self.state.score is None or better > self.state.score:
            self.state.best = {name: value.detach().cpu().clone() for name, value in judged.state_dict().items()}
            self.state.score, self.state.waited = better, 0
        else:
            self.state.waited += 1
        self.state.log.append(row)

    def _tired(self) -> bool:
        patience = self.recipe.training.patience
        return patience is not None and self.state.waited >= patience

    def _note(self, text: str) -> None:
        self.state.notes.append(text)

    def _tell(self) -> None:
        if self.told is not None:
            self.told(len(self.state.log), sum(phase.epochs for phase in self.recipe.phases))


def _required(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise RuntimeError("the state of a run lacks a part that every epoch writes")
    return found
