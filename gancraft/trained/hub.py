"""The Hugging Face hub, through huggingface_hub, which is imported when it is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError, UsageError
from gancraft.trained.remotes import MODEL, README, Fetched, Remote, check_size, no_model

PATIENCE = 30.0  # seconds for the hub to answer
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


class HubRemote(Remote):
    """A repository `owner/name`. Who may read and write there is known to huggingface_hub by its own token."""

    def __init__(self, repository: str, quiet: bool = False):
        """Raises UsageError for what can't be a repository, GancraftError where huggingface_hub isn't installed."""
        try:
            import huggingface_hub
        except ImportError:
            raise GancraftError("the hub needs huggingface_hub: pip install 'gancraft[hub]'") from None
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils import disable_progress_bars, validate_repo_id

        try:
            validate_repo_id(repository)
        except HFValidationError:
            raise UsageError(
                f"{repository}: is no repository of the hub, which is owner/name, nor a folder, which is ./folder"
            ) from None
        self.shown = self.origin = repository
        self.place = repository if "/" in repository else f"OWNER/{repository}"
        self.name, self._hub = repository.rpartition("/")[2], huggingface_hub
        self._api = huggingface_hub.HfApi(library_name="gancraft")
        if quiet:
            disable_progress_bars()

    def send(self, model: Path, card: str, private: bool, message: str | None) -> str:
        hub, api = self._hub, self._api
        if hub.get_token() is None:
            raise GancraftError(f"{self.shown}: the hub has to know who you are: {_LOG_IN}")
        with self._clearly():
            repository = api.create_repo(self.shown, private=private or None, exist_ok=True).repo_id
            if private and not api.model_info(repository, timeout=PATIENCE).private:
                raise UsageError(f"{repository}: is public, and --private doesn't change that; nothing was sent")
            operations = [
                hub.CommitOperationAdd(MODEL, str(model)),
                hub.CommitOperationAdd(README, card.encode()),
            ]
            text = message or "A model trained with gancraft"
            return str(api.create_commit(repository, operations, commit_message=text).commit_url)

    def fetch(self, folder: Path, revision: str | None) -> Fetched:
        with self._clearly(revision):
            found = self._api.model_info(self.shown, revision=revision, files_metadata=True, timeout=PATIENCE)
            files = {sibling.rfilename: sibling for sibling in found.siblings or []}
            if MODEL not in files:
                raise no_model(self.shown, list(files))
            there = [name for name in (MODEL, README) if name in files]
            for name in there:
                check_size(self.shown, name, files[name].size or 0)
            for name in there:
                self._api.hf_hub_download(self.shown, name, revision=found.sha, local_dir=folder)
        return Fetched(found.sha or "", _sha256(files[MODEL]))

    @contextlib.contextmanager
    def _clearly(self, revision: str | None = None) -> Iterator[None]:
        """What huggingface_hub raises, in one line."""
        from huggingface_hub import errors

        shown = self.shown
        # Of large files the transfer is a library's of its own, whose errors are RuntimeErrors.
        network = (
            errors.HTTPError,
            errors.LocalEntryNotFoundError,
            errors.FileMetadataError,
            ConnectionError,
            RuntimeError,
        )
        try:
            yield
        except GancraftError:
            raise
        except errors.OfflineModeIsEnabled:
            raise GancraftError(f"{shown}: HF_HUB_OFFLINE is set, so the hub isn't asked") from None
        except errors.LocalTokenNotFoundError:
            raise GancraftError(f"{shown}: the hub has to know who you are: {_LOG_IN}") from None
        except errors.GatedRepoError:
            raise GancraftError(f"{shown}: is gated: ask for access on its page on the hub, then {_LOG_IN}") from None
        except errors.RevisionNotFoundError:
            raise UsageError(f"--revision {revision}: {shown} has no such branch, tag or commit") from None
        except errors.RepositoryNotFoundError:
            raise GancraftError(f"{shown}: there is no such model on the hub; or it is private: {_LOG_IN}") from None
        except errors.HfHubHTTPError as error:
            raise GancraftError(f"{shown}: {_refusal(error)}") from None
        except network as error:
            raise GancraftError(
                f"{shown}: the hub can't be reached ({_line(error)}); look at the connection, and try again"
            ) from None
        except OSError as error:
            raise GancraftError(f"{shown}: can't be fetched ({error.strerror or _line(error)})") from None


def _sha256(sibling: Any) -> str:
    """The checksum that the hub has of a large file."""
    return sibling.lfs.sha256 if sibling.lfs else ""


def _refusal(error: Any) -> str:
    """Why the hub said no."""
    status = error.response.status_code
    if status == 401:
        return f"the hub doesn't know your token: {_LOG_IN}"
    if status == 403:
        return "your token may not do that there; it needs to be one that may write"
    if status == 429:
        return "the hub is asked too often; wait some minutes"
    if status >= 500:
        return f"the hub has trouble of its own ({status}); try again later"
    return f"the hub refused ({status}: {_line(error.server_message or error)})"


def _line(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
