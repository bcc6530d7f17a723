"""A PACS behind STOW-RS."""

from dataclasses import dataclass
from ssl import SSLContext, create_default_context

import httpx

from fiducial.serve.dicomweb.parts import Part, Related
from fiducial.serve.sending.letters import Letter, NotTaken

_SECONDS = 30.0
_TAKEN = {200}  # 202: not all were kept, and there is but one


@dataclass(frozen=True, slots=True, eq=False)
class StowPeer:
    """``address``: of the DICOMweb service, without ``/studies``. ``login``: name and password."""

    address: str
    login: tuple[str, str] | None = None
    seconds: float = _SECONDS

    def send(self, letter: Letter) -> None:
        """One file as a message of one part.

        Raises:
            NotTaken: nobody answers, or the answer is no.
            Unsendable: its file is gone.
        """
        message = Related("application/dicom")
        content = Part("application/dicom", letter.read())
        headers = {"Content-Type": message.content_type, "Accept": "application/dicom+json"}
        whole = b"".join(message.stream([content]))  # some archives want to know the length beforehand
        status = post(f"{self.address.rstrip('/')}/studies", whole, headers, self.login, self.seconds)
        if status not in _TAKEN:
            raise NotTaken(f"{self.address} answered {status}")


def post(
    address: str, content: bytes, headers: dict[str, str], login: tuple[str, str] | None,
    seconds: float,
) -> int:  # fmt: skip
    """The status of an answer; redirections are not followed, so that nothing goes where nobody named.

    The authorities are the system's, or SSL_CERT_FILE; HTTPS_PROXY counts, and no proxy where nothing is encrypted.

    Raises:
        NotTaken: there is none.
    """
    try:
        secured = address.startswith("https:")
        trust: SSLContext | bool = create_default_context() if secured else True
        with httpx.Client(timeout=seconds, auth=login, verify=trust, trust_env=secured) as client:
            return client.post(address, content=content, headers=headers).status_code
    except httpx.HTTPError as away:
        raise NotTaken(f"{address} does not answer ({type(away).__name__})") from away
