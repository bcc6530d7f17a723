"""``/dicomweb``: STOW-RS, QIDO-RS and WADO-RS over one archive."""

from fastapi import APIRouter

from fiducial.serve.dicomweb import pixels, qido, stow, wado
from fiducial.serve.dicomweb.replying import PREFIX

router = APIRouter(prefix=PREFIX, tags=["dicomweb"])
for _part in (stow, qido, wado, pixels):
    router.include_router(_part.router)
