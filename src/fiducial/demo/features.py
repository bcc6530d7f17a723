"""Pixels of one chest radiograph -> numbers for a small model: a naive way that looks everywhere, and an honest one."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Grey = NDArray[np.floating] | NDArray[np.integer]
Features = NDArray[np.float64]


def naive_features(pixels: Grey) -> Features:
    """The whole image in 16 x 16 cells, and simple statistics of its grey values."""
    grey = pixels / max(int(pixels.max()), 1)
    cells = _resize(grey, 16)
    grain = np.median(np.abs(ndimage.laplace(grey)))
    statistics = [grey.mean(), grey.std(), *np.percentile(grey, [10, 25, 50, 75, 90]), 100 * grain]
    return np.concatenate([cells.ravel(), statistics])

DEG=3; S=1.2
_CELLS=72
FIELDS = ((15, 49, 9, 25), (15, 36, 47, 63))   # rows, columns of lung fields

def _flat(field):
    r,c=field.shape
    y,x=np.meshgrid(np.linspace(-1,1,r),np.linspace(-1,1,c),indexing='ij')
    B=np.stack([x**i*y**j for i in range(DEG+1) for j in range(DEG+1-i)],-1).reshape(r*c,-1)
    v=field.ravel(); k,*_=np.linalg.lstsq(B,v,rcond=None)
    return (v-B@k).reshape(r,c)

def honest_features(pixels: Grey) -> Features:
    b = pixels.shape[0] // 8
    n=_CELLS
    g = _resize(pixels[b:-b, b:-b].astype(np.float64), n)
    fields=[g[a:bb,c:d] for a,bb,c,d in FIELDS]
    dark=np.median(np.concatenate([f.ravel() for f in fields]))
    mid=np.median(g[n//4:n//2, 32:40])
    sm=ndimage.gaussian_filter((g-dark)/(mid-dark), S)
    F=[sm[a:bb,c:d] for a,bb,c,d in FIELDS]
    R=[_flat(f) for f in F]
    sp=np.log([r.std() for r in R]); pk=np.log([r.max() for r in R]); tr=np.log([-r.min() for r in R])
    md=F[0][:21].mean()-F[1].mean()
    return np.array([*sp,*pk,sp.max(),pk.max(), abs(md)])

def _resize(grey: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    smooth = ndimage.gaussian_filter(grey, 0.4 * grey.shape[0] / side)
    at = [((np.arange(side) + 0.5) * length / side).astype(int) for length in grey.shape]
    return smooth[np.ix_(*at)]
