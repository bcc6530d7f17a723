"""Pairs of images that may be one: candidates by the distance of their hashes, certainty by laying one on the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.scans.perceptual import SIDE, Miniatures, in_symmetries

Images: TypeAlias = npt.NDArray[np.float32]  # (n, 32, 32), or numbers of n pairs
Numbers: TypeAlias = npt.NDArray[np.int64]

_BLOCK = (64, 2048)  # pairs compared at once: they stay in the cache of a core
_STRIPE = 1024
_THREADS = 2
_AT_ONCE = 32  # pairs laid on each other at once: their arrays are reused, larger ones would be mapped anew each time
_SHARP, _BLUNT = 0.7, 1.6  # cells, sigma: finer depends on where the cells lie, coarser is shared by all of a kind
_COARSE = 1.0  # cells, sigma
_STEPS = 5
_NEIGHBOUR, _OUTSTANDING, _SURE = 6, 0.3, 0.001
_RELATED = 0.94  # true copies had 0.955 and more, nine in ten look-alike chests less
_BROAD = 2.0  # cells, sigma: so blurred, a crop of 8% is still a small step
_PROMISING = 0.7  # true copies had 0.86 and more after the first steps
_MARGIN = 3  # cells at the edge that may have come in from outside
_REACH = np.array([0.15, 0.15, 4.0, 4.0], dtype=np.float32)  # stretch down and across, shift down and across in cells
_AXIS = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs (first < second) with the symmetry in which the second lies nearest to the first; each (pairs,)."""

    first: Numbers
    second: Numbers
    symmetry: Numbers


def candidates(hashes: npt.NDArray[np.uint64], distance: int) -> Candidates:
    """Every pair whose hashes differ in at most ``distance`` bits in one symmetry or more; ``hashes`` is (8, n).

    All pairs are compared, n * n * 4 of them: 100,000 images cost half a minute on two cores.
    """
    starts = range(0, hashes.shape[1], _STRIPE)
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = pool.map(lambda start: [*_stripe(hashes, start, distance)], starts)
        found = [block for part in parts for block in part]
    pairs = np.concatenate([np.empty((4, 0), dtype=np.int64), *found], axis=1)
    pairs = pairs[:, np.lexsort((pairs[2], pairs[3], pairs[1], pairs[0]))]
    nearest = np.ones(pairs.shape[1], dtype=bool)
    nearest[1:] = (pairs[:2, 1:] != pairs[:2, :-1]).any(axis=0)
    return Candidates(*pairs[:3, nearest])


def _stripe(hashes: npt.NDArray[np.uint64], start: int, distance: int) -> Iterator[Numbers]:
    """Pairs whose first image lies in one stripe, as rows first, second, symmetry, distance."""
    upright = hashes[0]
    stop = min(start + _STRIPE, upright.size)
    differing = np.empty(_BLOCK, dtype=np.uint64)
    counted = np.empty(_BLOCK, dtype=np.uint8)
    for top in range(start, stop, _BLOCK[0]):
        rows = upright[top : min(top + _BLOCK[0], stop), None]
        for left in range(top, upright.size, _BLOCK[1]):
            for symmetry in range(len(hashes)):
                columns = hashes[symmetry, None, left : left + _BLOCK[1]]
                shape = (slice(rows.shape[0]), slice(columns.shape[1]))
                np.bitwise_xor(rows, columns, out=differing[shape])
                apart = np.bitwise_count(differing[shape], out=counted[shape])
                near = apart <= distance
                if near.any():
                    above, beside = np.nonzero(near)
                    ordered = above + top < beside + left
                    above, beside = above[ordered], beside[ordered]
                    yield np.stack(
                        [above + top, beside + left, np.full(above.size, symmetry), apart[above, beside]]
                    ).astype(np.int64)


def likeness(images: Miniatures, pairs: Candidates) -> Images:
    """The correlation of the detail of each pair, (pairs,), once the second is laid upon the first in its symmetry.

    Shift (up to 4 cells) and stretch (up to 15%) of either axis are found in Gauss and Newton's steps, on a smoothed
    picture first and, where that promises anything, on the detail: Lucas and Kanade 1981, IJCAI, 674-679. Detail is
    what lies between blurs of 0.7 and 1.6 cells: two chests share their outline, not their detail. Pairs that are not
    even related (``_related``) are 0.
    """
    related = np.flatnonzero(_related(images, pairs))

    def of(at: int) -> Images:
        part = related[at : at + _AT_ONCE]
        second = in_symmetries(images[pairs.second[part]], pairs.symmetry[part])
        return _likeness(images[pairs.first[part]].astype(np.float32), second.astype(np.float32))

    found = np.zeros(pairs.first.size, dtype=np.float32)
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = pool.map(of, range(0, related.size, _AT_ONCE))
        found[related] = np.concatenate([np.empty(0, dtype=np.float32), *parts])
    return found


def stands_out(pairs: Candidates, alike: Images) -> npt.NDArray[np.bool_]:
    """Which pairs are likelier copies than look-alikes, (pairs,): 0.3 times as far apart as the sixth neighbour is.

    Where a whole population looks alike (one positioning, one phantom), a high likeness alone proves nothing. Both
    images are asked; one with fewer than six candidates, and any pair within 0.001 of perfect, passes.
    """
    apart = 1 - alike
    image = np.concatenate([pairs.first, pairs.second])
    order = np.lexsort((np.concatenate([apart, apart]), image))
    whose, sorted_apart = image[order], np.concatenate([apart, apart])[order]
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    sixth = starts + _NEIGHBOUR - 1
    crowded = sixth < np.append(starts[1:], whose.size)
    usual = np.ones(int(image.max(initial=-1)) + 1, dtype=np.float32)
    usual[whose[starts[crowded]]] = sorted_apart[sixth[crowded]]
    limit = _OUTSTANDING * np.minimum(usual[pairs.first], usual[pairs.second])
    return np.asarray(apart <= np.maximum(limit, _SURE))


def _related(images: Miniatures, pairs: Candidates) -> npt.NDArray[np.bool_]:
    """Which pairs may be laid on each other by a small step, (pairs,): a hundred times as fast as laying them.

    Blurred pictures are compared by what no small shift and no small stretch of the first explains: the tangent
    distance of Simard, LeCun and Denker 1993, NIPS 5, 50-58.
    """
    blurred = _smooth(images.astype(np.float32), _BROAD)
    related = np.zeros(pairs.first.size, dtype=bool)
    order = np.argsort(pairs.first, kind="stable")
    firsts, starts, sizes = np.unique(pairs.first[order], return_index=True, return_counts=True)
    for first, start, count in zip(firsts, starts, sizes, strict=True):
        part = order[start : start + count]
        picture = blurred[first][None]
        explained, _ = np.linalg.qr(_thinned(np.concatenate([_slopes(picture)[0], np.ones_like(picture)])).T)
        left = _thinned(picture)[0]
        left = left - explained @ (explained.T @ left)
        second = _thinned(in_symmetries(blurred[pairs.second[part]], pairs.symmetry[part]))
        size = np.square(second).sum(axis=1) - np.square(second @ explained).sum(axis=1)
        related[part] = second @ left >= _RELATED * np.linalg.norm(left) * np.sqrt(np.maximum(size, 0))
    return related


def _likeness(first: Images, second: Images) -> Images:
    where = _registered(_smooth(first, _COARSE), _smooth(second, _COARSE), np.zeros((len(first), 4), np.float32), 2)
    detail = _detail(first), _detail(second)
    found = _fit(*detail, where)
    promising = found >= _PROMISING
    if promising.any():
        coarse = _smooth(first[promising], _COARSE), _smooth(second[promising], _COARSE)
        fine = detail[0][promising], detail[1][promising]
        where = _registered(*coarse, where[promising], _STEPS)
        found[promising] = np.maximum(_fit(*fine, where), _fit(*fine, _registered(*fine, where, _STEPS)))
    return found


def _fit(first: Images, second: Images, where: Images) -> npt.NDArray[np.float32]:
    inside, laid = _centred(first), _centred(_warped(second, where))
    norms = np.sqrt(np.square(inside).sum(axis=1) * np.square(laid).sum(axis=1))
    found: Images = (inside * laid).sum(axis=1) / np.maximum(norms, np.finfo(np.float32).tiny)
    return found


def _registered(first: Images, second: Images, where: Images, steps: int) -> Images:
    target = _centred(first)
    for _ in range(steps):
        laid = _warped(second, where)
        slopes = _inner(_slopes(laid)).reshape(len(first), 4, -1)
        shown = _centred(laid)
        # The second may be darker or paler: it is brought to the contrast of the first before they are compared.
        gain = (target * shown).sum(axis=1, keepdims=True) / np.maximum(np.square(shown).sum(axis=1, keepdims=True), 1)
        rest = target / np.maximum(gain, 0.2) - shown
        normal = slopes @ slopes.transpose(0, 2, 1) + np.eye(4, dtype=np.float32)
        step = np.linalg.solve(normal, slopes @ rest[:, :, None])[:, :, 0]
        where = np.clip(where + step, -_REACH, _REACH)
    return where


def _slopes(images: Images) -> Images:
    """How each picture changes as it is stretched and shifted down and across: (n, 4, 32, 32)."""
    down, across = np.gradient(images, axis=(1, 2))
    return np.stack([down * _AXIS[:, None], across * _AXIS, down, across], axis=1)


def _warped(images: Images, where: Images) -> Images:
    """Bilinear, one axis after the other; what comes from outside repeats the edge."""
    down = _AXIS * (1 + where[:, 0:1]) + where[:, 2:3]
    across = _AXIS * (1 + where[:, 1:2]) + where[:, 3:4]
    moved = _sampled(images, down)
    return _sampled(moved.transpose(0, 2, 1), across).transpose(0, 2, 1)


def _sampled(images: Images, at: Images) -> Images:
    """Rows of every image at (n, 32) places, counted from the middle."""
    place = np.clip(at + (SIDE - 1) / 2, 0, SIDE - 1 - 1e-3)
    below = place.astype(np.int64)
    share = (place - below)[:, :, None]
    which = np.arange(len(images))[:, None]
    taken: Images = images[which, below] * (1 - share) + images[which, below + 1] * share
    return taken


def _detail(images: Images) -> Images:
    return _smooth(images, _SHARP) - _smooth(images, _BLUNT)


def _inner(images: Images) -> Images:
    return images[..., _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]


def _thinned(images: Images) -> Images:
    """(n, 169): every second cell is enough of a blurred picture."""
    return _inner(images)[..., ::2, ::2].reshape(len(images), -1)


def _centred(images: Images) -> Images:
    flat = _inner(images).reshape(len(images), -1)
    centred: Images = flat - flat.mean(axis=1, keepdims=True)
    return centred


def _smooth(images: Images, sigma: float) -> Images:
    smooth: Images = ndimage.gaussian_filter(images, (0, sigma, sigma))
    return smooth
