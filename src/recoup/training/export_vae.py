"""From the weights of a learned codec to what encodes and decodes files."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recoup.codecs.latents import BLOCK, CHANNELS, HYPER, PARTS, SIDE
from recoup.codecs.prior import Prior
from recoup.codecs.rans import Ints
from recoup.errors import ModelError
from recoup.image import Image
from recoup.models import Card
from recoup.models.autoencoder import Autoencoder
from recoup.picture import shown
from recoup.picture.write import write
from recoup.training.nets.prior import Group, Whole
from recoup.training.nets.vae import DctVae
from recoup.training.refit import counted, refitted, tables
from recoup.training.vae_graphs import far, halves, to_onnx
from recoup.training.weights import load_state

_MARGIN = 64  # pixels: what a tile of the synthesis is given around it
_NEW = "new"


def export_vae(
    path: Path,
    *,
    out: Path,
    name: str,
    task: str = "",
    data: str = "unknown",
    licence: str = "unknown",
    source: str = "",
    measured: tuple[str, ...] = (),
    pictures: Sequence[Image] = (),
) -> Card:
    """Turn the weights of a learned codec into its three files and their card.

    Weights of the two float nets are stored in half precision and computed with in single. Both
    are compared with PyTorch, and the integer nets in NumPy with those in PyTorch, which must
    agree exactly; then the files are written, the card last.

    Parameters
    ----------
    path
        Weights, as ``load_state`` reads them.
    out
        Folder; made if absent.
    name
        As ``learned:model=NAME`` will call it.
    task, data, licence, source, measured
        For the card.
    pictures
        Of the training set; what their symbols really are replaces the distribution that the net
        was trained with, which saves some per cent. Without any it stays.

    Raises
    ------
    ModelError
        If the weights cannot be used, or what would be written differs from them.
    PictureError
        If the files cannot be written.

    Examples
    --------
    >>> net = DctVae(width=8, fine=4, analysis=1, synthesis=1, blocks=1)
    >>> with TemporaryDirectory() as folder:
    ...     weights = Path(folder, "small.pth")
    ...     torch.save(net.state_dict(), weights)
    ...     card = export_vae(weights, out=Path(folder), name="small")
    ...     sorted(p.name for p in Path(folder).glob("small-*"))
    ['small-analysis.onnx', 'small-prior.npz', 'small-synthesis.onnx']
    """
    state = load_state(path)
    if not DctVae.recognises(state):
        raise ModelError(f"{shown(path)}: no weights of a learned codec")
    net = DctVae.from_state(state)
    prior = _packed(net, tables(net))
    checked = [_same(net, Prior.read(prior), path)]
    with TemporaryDirectory() as folder:
        graphs = {}
        for half in halves(net):
            graph = Path(folder, f"{_NEW}-{half.part}.onnx")
            to_onnx(half, graph)
            checked.append(f"{half.part} {far(half, graph, path):.1e} {half.unit_of}")
            graphs[half.part] = graph.read_bytes()
        prior = _fitted(net, prior, Path(folder), pictures)
    card = Card(
        name=name,
        architecture=type(net).__name__,
        task=task,
        multiple=BLOCK,
        margin=_MARGIN,
        precision="fp16",
        parameters=sum(weights.numel() for weights in net.parameters()),
        data=data,
        licence=licence,
        source=source or shown(path.name),
        checked=f"{checked[0]}; max |ONNX - PyTorch|: {', '.join(checked[1:])}",
        measured=measured,
        sha256=hashlib.sha256(prior + graphs["synthesis"]).hexdigest(),
    )
    out.mkdir(parents=True, exist_ok=True)
    for part, content in graphs.items():
        write(content, out / f"{name}-{part}.onnx")
    write(prior, out / f"{name}-prior.npz")
    write(card.text().encode(), out / f"{name}.toml")
    return card


def _fitted(net: DctVae, prior: bytes, folder: Path, pictures: Sequence[Image]) -> bytes:
    """The same nets with tables fitted to pictures, twice, for the choice of symbols follows."""
    for _ in range(2 if pictures else 0):
        read = Prior.read(prior)
        model = Autoencoder(Card(name=_NEW, architecture="", sha256="00" * 32), folder / _NEW)
        counts = refitted(read.tables, counted(model, read, pictures))
        prior = _packed(net, (read.tables.start, read.tables.low, counts))
    return prior


def _packed(net: DctVae, those: tuple[Ints, Ints, Ints]) -> bytes:
    """The integer nets and the tables, as a ``.npz`` file that depends on nothing but them."""
    arrays: dict[str, NDArray[Any]] = {
        "gains": net.gains.detach().numpy().astype(np.float32),
        **dict(_integers(net)),
    }
    start, low, count = those
    arrays |= {"table.start": start, "table.low": low, "table.count": count}
    kept = io.BytesIO()
    np.savez_compressed(kept, **arrays)  # type: ignore[arg-type]
    return kept.getvalue()


def _integers(net: DctVae) -> Iterator[tuple[str, NDArray[Any]]]:
    """Weights as int8, what is added to sums as int32, by name."""
    prior = net.prior
    for name, layer in prior.named_modules():
        if isinstance(layer, Whole):
            short = name.replace("groups.", "group")
            weight, bias = (part.detach().numpy() for part in layer.whole())
            yield f"{short}.weight", weight.astype(np.int8)
            yield f"{short}.bias", bias.astype(np.int32)
        if isinstance(layer, Group):
            for added, value in layer.added().items():
                yield (
                    f"{name.replace('groups.', 'group')}.{added}",
                    value.detach().numpy().astype(np.int32),
                )


def _same(net: DctVae, prior: Prior, path: Path) -> str:
    """Check that NumPy and PyTorch agree on every scale and mean. Raises ModelError if not."""
    random = np.random.default_rng(0)
    for quality, height, width in ((0, 8, 12), (101, 12, 8), (252, 8, 8)):
        side = random.integers(-6, 7, (SIDE, height // HYPER, width // HYPER)).astype(np.int32)
        spread = random.geometric(0.3, (CHANNELS, height, width))
        symbols = (spread * random.choice([-1, 0, 0, 1, 5], spread.shape)).astype(np.int32)
        found = np.zeros((2, *symbols.shape), np.int32)

        def take(part: slice, where: Any, scale: Any, mean: Any) -> Any:  # noqa: ANN401
            given = symbols[part][:, where]  # noqa: B023  (called at once)
            for kept, values in zip(found, (scale, mean), strict=True):  # noqa: B023
                kept[part, where] = values.reshape(given.shape)
            return given.ravel()

        _, latents = prior.walk(side, quality, height, width, take)
        tensors = [torch.tensor(one[np.newaxis]).float() for one in (symbols, side)]
        with torch.inference_mode():
            told = torch.tensor(float(quality // 2))
            scale, mean = net.prior.expected(tensors[0], tensors[1], told)
            centred = tensors[0] + net.prior.shift(tensors[0], scale, mean)
        theirs = np.stack([scale[0].numpy(), mean[0].numpy() * PARTS]).astype(np.int32)
        if (theirs != found).any() or np.abs(centred[0].numpy() - latents).max() > 1e-6:
            raise ModelError(
                f"{shown(path)}: its integer nets differ between NumPy and PyTorch at "
                f"{int((theirs != found).sum())} of {found.size} places; nothing was written"
            )
    return "integer nets in NumPy equal those in PyTorch"
