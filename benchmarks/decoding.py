"""`python -m benchmarks.decoding`: what decoding costs, by wire format: µs for a chunk of a stream, and long bodies.

A stream is a story whose content event is repeated until there are 2,000 chunks. Times are of the CPU, medians within
one run. Of bodies the ratio counts: what is twice as long costs about twice as much, in every format.
"""

import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import click
from rich.console import Console
from rich.table import Table

from llmtap.capture.exchange import Body, Chunk, Exchange
from llmtap.decode.decoder import decode
from llmtap.decode.formats import FORMATS
from tests.decode.wounds import CUTS, paths, placed
from tests.exchanges.story import Story, stories

CHUNKS = 2000
MEGABYTE = 1 << 20


@click.command()
@click.argument("formats", nargs=-1)
@click.option("--rounds", default=15, show_default=True, help="How often each stream is decoded.")
@click.option("--megabytes", default=50, show_default=True, help="How long the long bodies are; 0 leaves them out.")
def main(formats: tuple[str, ...], rounds: int, megabytes: int) -> None:
    """Measure how long decoding takes, of all wire formats or of those that are named."""
    streams = Table("wire format", "bytes a chunk", "µs to cut", "µs in all", "least", title="a stream of 2,000 chunks")
    bodies = Table("wire format", "body", "s for half", "s", "ratio", title=f"bodies of {megabytes} MB")
    for name in formats or FORMATS:
        told = stories(name)
        for story in _streams(told):
            streams.add_row(name, *_figures(story, rounds))
        for shape, make in _bodies(told) if megabytes else ():
            half, whole = (_spent(partial(decode, make(megabytes * MEGABYTE // part)), 1)[0] for part in (2, 1))
            bodies.add_row(name, shape, f"{half:.2f}", f"{whole:.2f}", f"{whole / half:.1f}")
    console = Console()
    console.print(streams)
    if megabytes:
        console.print(bodies)


def _streams(told: Sequence[Story]) -> Sequence[Story]:
    """Return the story whose stream is measured, if a format has any with content."""
    streams = [story for story in told if story.streamed and story.facts.status == 200 and _content(story)]
    return sorted(streams, key=lambda story: story.name != "stream")[:1]


def _figures(story: Story, rounds: int) -> tuple[str, ...]:
    """Return the bytes of a chunk, and its µs: to cut the body (where that goes alone), to decode it, and the least."""
    pieces, content = list(story.pieces()), _content(story)
    place = pieces.index(content[len(content) // 2])
    pieces[place:place] = [pieces[place]] * (CHUNKS - len(pieces))
    exchange = story.exchange([(100.0 + number, data) for number, (_, data) in enumerate(pieces)])
    body = exchange.response.body if exchange.response else Body()
    events = decode(exchange).events
    cut = next((cut for cut in CUTS.values() if sum(1 for _ in cut(body)) == events), None)
    cutting = "-" if cut is None else _told(statistics.median(_spent(lambda: list(cut(body)), rounds)))
    spent = _spent(partial(decode, exchange), rounds)
    return str(body.size // CHUNKS), cutting, _told(statistics.median(spent)), _told(min(spent))


def _told(seconds: float) -> str:
    return f"{seconds / CHUNKS * 1e6:.2f}"


def _content(story: Story) -> list[Chunk]:
    times = set(decode(story.exchange()).content_times)
    return [(at, data) for at, data in story.pieces() if at in times]


def _bodies(told: Sequence[Story]) -> Iterator[tuple[str, Callable[[int], Exchange]]]:
    """Yield ways to make an exchange of so many bytes: a stream, answers and questions."""
    for story in [story for story in told if story.streamed][:1]:
        yield "a stream of events", partial(_streamed, story)
    whole = [story for story in told if not story.streamed and story.facts.status < 400]
    for story in [story for story in whole if _is_json(story.response_body)][:1]:
        yield "an answer of long words", partial(_answered, story)
    for story in [story for story in told if _is_json(story.request_body)][:1]:
        yield "a question of long words", partial(_asked, story, _lengthened)
        yield "a question of many parts", partial(_asked, story, _multiplied)
    for story in [story for story in told if story.request_body and not _is_json(story.request_body)][:1]:
        yield "a question many times over", partial(_asked, story, _repeated)


def _is_json(data: bytes) -> bool:
    """Whether a body is one JSON object; a session's are lines, a form and protobuf are none."""
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


def _repeated(data: bytes, size: int) -> bytes:
    return data * (size // len(data))


def _streamed(story: Story, size: int) -> Exchange:
    pieces = [data for _, data in story.pieces()]
    pieces *= size // sum(map(len, pieces))
    return story.exchange([(float(number), data) for number, data in enumerate(pieces)])


def _answered(story: Story, size: int) -> Exchange:
    return story.exchange([(1.0, _lengthened(story.response_body, size))])


def _asked(story: Story, grow: Callable[[bytes, int], bytes], size: int) -> Exchange:
    exchange = story.exchange()
    request = dataclasses.replace(exchange.request, body=Body.whole(grow(story.request_body, size)))
    return dataclasses.replace(exchange, request=request)


def _lengthened(data: bytes, size: int) -> bytes:
    """Return JSON of so many bytes whose longest word is that long."""
    value = json.loads(data)
    words = [(path, word) for path in paths(value) if isinstance(word := _at(value, path), str)]
    path, word = max(words, key=lambda found: len(found[1]), default=((), ""))
    return json.dumps(placed(value, path, word + "x" * size)).encode()


def _multiplied(data: bytes, size: int) -> bytes:
    """Return JSON of so many bytes, of which the items of the longest list are that many."""
    value = json.loads(data)
    lists = [(path, items) for path in paths(value) if isinstance(items := _at(value, path), list) and items]
    path, items = max(lists, key=lambda found: len(json.dumps(found[1])), default=((), [value]))
    return json.dumps(placed(value, path, items * (size // len(json.dumps(items)) + 1))).encode()


def _at(value: object, path: Sequence[str | int]) -> object:
    for key in path:
        value = value[key]  # type: ignore[index]  # a path was found in this very value
    return value


def _spent(work: Callable[[], object], rounds: int) -> list[float]:
    """Return the seconds of CPU that each round takes."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return spent


if __name__ == "__main__":
    main()
