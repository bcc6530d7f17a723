"""A phase without labels: epochs over every picture of the training split, resumed to the bit like any other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fiducial.errors import WrongUsage
from fiducial.learn.members import parse_member
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.freezing import Group, freeze, groups, to_training
from fiducial.learn.objectives.contract import Objective
from fiducial.learn.pretraining.backbones import write_backbones
from fiducial.learn.pretraining.looking import Looking, LookStepper
from fiducial.learn.recipe import Phase, Recipe
from fiducial.learn.training.feeding import Clock, Feed
from fiducial.learn.training.peers import Peers, share
from fiducial.learn.training.pictures import Asked, Pictures, in_batches
from fiducial.learn.training.scheduling import Schedule, up_and_down
from fiducial.learn.training.state import State

if TYPE_CHECKING:
    from fiducial.learn.training.logs import Logs

_LAYER = 4  # of a key: what the head draws; 0 to 3 are the order, dropout, augmentation and shares of labels


@dataclass(slots=True)
class Pretraining:
    """The network's backbones on their way through one phase. ``look``: pictures of the training split alone.

    There is no tuning split here, so the last weights are kept, not the best ones, and nothing is averaged.
    """

    recipe: Recipe
    network: Classifier
    look: Pictures
    folder: Path
    state: State
    peers: Peers
    layout: torch.memory_format
    speed: list[dict[str, Any]]
    save: Callable[[], None]

    def finish(self, heard: "Logs | None", tell: Callable[[], None]) -> None:
        """All epochs that are left; then the backbones in files of their own. ``heard``: in the first process alone.

        Raises:
            Diverged: a loss is not finite.
            WrongUsage: one picture a batch, where pictures are compared with each other.
            UnusableInput: something cannot be written, or a cached picture was changed.
        """
        phase, state, asked = self.recipe.phases[self.state.phase], self.state, self.recipe.training
        objective: Objective = parse_member("objectives", phase.objective or {}, where=f"phases.{phase.name}")
        if state.epoch == 0 and state.best is not None:
            self.network.load_state_dict(state.best)
            state.best = None
        looking = self._looking(phase, objective)
        optimiser = torch.optim.AdamW(_learning(looking, phase), weight_decay=asked.weight_decay)
        schedule = up_and_down(optimiser, phase.epochs * len(self._batches(objective, 0)), asked.warmup)
        self._restore(looking, optimiser, schedule)
        self.peers.begin_alike(looking)
        fabric = self.peers.fabric
        module, optimiser = fabric.setup(torch.compile(looking) if asked.compile else looking, optimiser)
        stepper = LookStepper(looking, module, optimiser, state.micro, fabric.backward, state.notes.append, self.peers)
        own = objective.augmenters(self.look.augmenters)
        shown = Pictures.of(self.look.rows, self.look.cache, own, self.look.stressed)
        feed = Feed(shown, asked.workers, fabric.device, self.layout)
        while state.epoch < phase.epochs:
            row = self._epoch(phase, objective, stepper, schedule, feed)
            state.micro, state.epoch = stepper.micro, state.epoch + 1
            state.log.append(row)
            state.network, state.optimiser, state.schedule = (
                looking.state_dict(), optimiser.state_dict(), schedule.state_dict(),
            )  # fmt: skip
            if heard is not None:
                self.save()
                heard.add(row, self.speed)
                tell()
            self.peers.wait()
        self._end(heard)

    def _end(self, heard: "Logs | None") -> None:
        """The head goes; the backbones stay."""
        state = self.state
        if heard is not None:
            write_backbones(self.network, self.folder)
        state.best = {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}
        state.phase, state.epoch, state.waited, state.score = state.phase + 1, 0, 0, None
        state.network = state.optimiser = state.schedule = state.average = None
        for parameter in self.network.parameters():
            parameter.grad = None
        if heard is not None:
            self.save()

    def _looking(self, phase: Phase, objective: Objective) -> Looking:
        freeze(self.network, phase)
        torch.manual_seed(int(np.random.default_rng([*self._key(0)[:2], _LAYER]).integers(2**31)))
        head = objective.head(self.network, self.look.cache.shape)
        if not head.adds_up and self._images(objective) < 2:
            raise WrongUsage(
                f"phases.{phase.name}.objective ({objective.name}): compares the images of a batch, each shown "
                f"{objective.views} times; training.batch x training.accumulate must be {2 * objective.views} or more."
            )
        return Looking(self.network, head.to(self.peers.fabric.device))

    def _restore(self, looking: Looking, optimiser: torch.optim.Optimizer, schedule: Schedule) -> None:
        state = self.state
        if state.network is None or state.optimiser is None or state.schedule is None:
            return
        looking.load_state_dict(state.network)
        optimiser.load_state_dict(state.optimiser)
        schedule.load_state_dict(state.schedule)

    def _epoch(
        self, phase: Phase, objective: Objective, stepper: LookStepper, schedule: Schedule, feed: Feed
    ) -> dict[str, Any]:
        to_training(self.network)
        losses, clock, key = [], Clock(), self._key(self.state.epoch)
        batches = self._batches(objective, self.state.epoch)
        mine = [share(batch, self.recipe.training.batch, self.peers.seat) for batch in batches]
        starts = np.cumsum([0, *(len(batch) for batch in batches)])
        fed = feed.epoch([part for part, _ in mine], clock)
        for (part, begun), start, (images, _, places) in zip(mine, starts, fed, strict=False):
            studies = [self.look.studies[int(place)] for place in places]
            drawn = self._drawn(stepper, part, images.device)
            losses.append(stepper.step(images, drawn, studies, (*key, 1, int(start) + begun)))
            schedule.step()
        self.speed.append({"phase": phase.name, "epoch": self.state.epoch + 1, **clock.row(int(starts[-1]))})
        return {"phase": phase.name, "epoch": self.state.epoch + 1, f"{objective.name}.loss": float(np.mean(losses))}

    def _drawn(self, stepper: LookStepper, part: Any, device: torch.device) -> torch.Tensor:  # noqa: ANN401  (a share of a batch)
        head = stepper.looking.head
        every = [head.draw(np.random.default_rng([*seed, _LAYER])) for _, seed in part]
        return torch.stack(every).to(device) if every else torch.zeros(0, device=device)

    def _batches(self, objective: Objective, epoch: int) -> list[list[Asked]]:
        """Every picture once, shuffled; in a batch all first views stand before all second ones."""
        key = self._key(epoch)
        order = np.random.default_rng(key).permutation(len(self.look))
        shown: list[Asked] = [(int(place), (*key, 2, number)) for number, place in enumerate(order)]
        cut = in_batches(shown, self._images(objective))
        return [
            [(place, (*(seed or ()), view)) for view in range(objective.views) for place, seed in batch]
            for batch in cut
        ]

    def _images(self, objective: Objective) -> int:
        """Of a step: ``batch`` counts what is in the memory, so an image that is shown twice counts twice."""
        return max(1, self.recipe.training.batch * self.recipe.training.accumulate // objective.views)

    def _key(self, epoch: int) -> tuple[int, int, int]:
        return self.recipe.recipe.seed, self.state.phase, epoch


def _learning(looking: Looking, phase: Phase) -> list[Group]:
    """The head with the phase's learning rate, and the backbones; not the layer that will classify."""
    first: Group = {"params": list(looking.head.parameters()), "lr": phase.learning_rate}
    return [first, *groups(looking.network, phase)[1:]]
