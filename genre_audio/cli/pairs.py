"""An option that takes two names each time: typer has none that may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typer.core import TyperCommand

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

__all__ = ["PairsCommand", "pairs_of", "split_pairs"]

_FLAG: Final = "--pair"


class PairsCommand(TyperCommand):
    """A command whose option ``--pair A B`` reaches it as ``--pair A --pair B``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Parse the words of the command line."""
        if not ctx.resilient_parsing:  # then words are being completed, and may be half there
            args = split_pairs(args)
        return super().parse_args(ctx, args)


def split_pairs(words: Sequence[str]) -> list[str]:
    """Give each of two names that follow the option an option of its own.

    Raises
    ------
    ParameterError
        If there are not two.
    """
    rest, out = list(words), list[str]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            return [*out, word, *rest]
        if word != _FLAG:
            out.append(word)
            continue
        names, rest = rest[:2], rest[2:]
        if len(names) < 2 or any(name.startswith("--") for name in names):
            raise ParameterError(f"{_FLAG} takes two features: {_FLAG} tempo energy")
        out += [_FLAG, names[0], _FLAG, names[1]]
    return out


def pairs_of(names: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return names two by two, as `split_pairs` put them one after the other."""
    found = list(names or ())
    if len(found) % 2:
        raise ParameterError(f"{_FLAG} takes two features: {_FLAG} tempo energy")
    return list(zip(found[::2], found[1::2], strict=True))
