"""A WebSocket session as the calls it is made of: messages in, one Exchange out for each response.

The request body of such an Exchange is what the client said for this response, a message a line: what holds for the
session, what was said since the response before, what asked for the response. Its response body is the response's
events, a message a line. Every response that was asked for or begun comes out exactly once, however many are under way
at a time; one that the session's end leaves open comes out with a Failure. A session that nobody answered comes out as
the upgrade it began with, and so does one that is a single answer. What the server wrote down of the user's words and
bills apart, by another model, is a call of its own beside the responses. Recorded sound that the client sends is
counted and not kept, a body is kept within a Window, and few responses may be open at a time: memory is bounded,
however long a session lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from llmtap.capture.dialect import DIALECTS, SILENT
from llmtap.capture.exchange import Body, Chunk, Exchange, Failure, Request, Response, new_id
from llmtap.capture.mark import Mark
from llmtap.capture.window import Window

MOST_OPEN = 16
"""How many responses may be under way, or asked for, at a time in one session; the oldest is given up for another."""
ERROR_BYTES = 64 * 1024
"""How much is kept of the errors that belong to no response."""
LOST = Failure("stream_interrupted", "The response never ended.")


@dataclass(slots=True)
class _Call:
    """A response under way or asked for: what was said for it, and what it said."""

    origin: float | None
    lane: str | None
    said: list[Chunk]
    inputs: Window
    sent: int
    answer: Window
    cause: str | None = None
    asked: Chunk | None = None
    suspect: Chunk | None = None
    operation: str | None = None


class Session:
    """One session; each method returns the Exchanges that its message completes."""

    def __init__(self, upgrade: Exchange, cap: int) -> None:
        """Follow the session that `upgrade` opened, with at most `cap` bytes a body."""
        model = upgrade.endpoint.model or _asked_for(upgrade.request.path)
        self._upgrade = replace(upgrade, endpoint=replace(upgrade.endpoint, model=model))
        self._dialect = DIALECTS.get(upgrade.endpoint.wire_format or "", SILENT)
        self._cap = cap
        self._state: dict[str, Chunk] = {}
        self._transcribes = "intent=transcription" in upgrade.request.path
        self._inputs = Window(cap)
        self._sent = 0
        self._received = 0
        self._spoken_at: float | None = None
        self._silent_at: float | None = None
        self._hears: str | None = None
        self._asked: list[_Call] = []
        self._open: dict[str | None, _Call] = {}
        self._held: tuple[_Call, float | None] | None = None
        self._stray = Window(cap if self._dialect.whole else ERROR_BYTES)
        self._calls = 0

    def sent(self, at: float | None, data: bytes) -> list[Exchange]:
        """Take in a message of the client."""
        mark, line = self._dialect.client(data), _line(at, data)
        self._sent += len(data)
        match mark.kind:
            case "state":
                self._state["client"] = line
                self._transcribes = self._transcribes or mark.transcribes
                self._hears = mark.hears or self._hears
            case "input":
                self._inputs.add(*line)
                self._spoken_at = at
            case "spoken":
                self._spoken_at = self._silent_at = at
            case "ask" if self._dialect.merges and self._asked:
                self._inputs.add(*line)
            case "ask":
                return self._ask(at, mark, line)
        return []

    def received(self, at: float | None, data: bytes) -> list[Exchange]:
        """Take in a message of the server."""
        mark, line = self._dialect.server(data), _line(at, data)
        self._received += len(data)
        match mark.kind:
            case "event" if self._dialect.whole:
                self._stray.add(*line)
            case "state":
                self._state["server"] = line
                self._transcribes = self._transcribes or mark.transcribes
                self._hears = mark.hears or self._hears
            case "spoken":
                self._spoken_at = self._silent_at = at
            case "heard" if self._transcribes:
                return [self._transcript(at, line)]
            case "heard":
                call = next(reversed((*self._asked, *self._open.values())), None)
                (call.inputs if call else self._inputs).add(*line)
                return [self._overheard(at, line)] if mark.billed else []
            case "usage" if self._held is not None:
                self._held[0].answer.add(*line)
                return self._release()
            case "error":
                return self._err(at, mark, line)
            case "begin" | "event" | "end" | "usage":
                return self._answer(at, mark, line)
        return []

    def close(self, at: float | None, failure: Failure, *, clean: bool) -> list[Exchange]:
        """Return what the session's end leaves open, each with `failure`; a session without any call is one itself.

        `clean` says that a session with nothing under way ended as meant.
        """
        done = self._release()
        for call in (*self._open.values(), *self._asked):
            done.append(self._exchange(call, at, None if call.suspect else failure))
        self._open.clear()
        self._asked.clear()
        if not self._calls:
            self._calls += 1
            said, stray = [*self._state.values(), *self._inputs.body().chunks], self._stray.body()
            done.append(
                replace(
                    self._upgrade,
                    request=replace(self._upgrade.request, body=Body(said, self._sent)),
                    response=_answered(self._upgrade, Body(stray.chunks, self._received, stray.dropped, stray.gap)),
                    ended_at=at,
                    failure=None if clean else failure,
                )
            )
        return done

    def _ask(self, at: float | None, mark: Mark, line: Chunk) -> list[Exchange]:
        done = self._refused()
        if len(self._asked) >= MOST_OPEN:
            done.append(self._exchange(self._asked.pop(0), at, LOST))
        call = self._new_call(at, mark.lane)
        call.cause, call.asked = mark.cause, line
        self._asked.append(call)
        return done

    def _new_call(self, at: float | None, lane: str | None) -> _Call:
        call = _Call(at, lane, list(self._state.values()), self._inputs, self._sent, Window(self._cap))
        self._inputs, self._sent, self._spoken_at = Window(self._cap), 0, None
        return call

    def _answer(self, at: float | None, mark: Mark, line: Chunk) -> list[Exchange]:
        """Add an event to its response, which an event may open or end as well."""
        done: list[Exchange] = []
        call = self._open.get(mark.lane)
        if call is None and mark.kind == "event" and mark.lane is None and not mark.begins:
            call = next(reversed(self._open.values()), None)
        if call is None and (mark.begins or mark.kind in ("begin", "end")):
            call = self._begin(at, mark.lane, done)
        elif call is not None and mark.kind == "begin" and mark.lane is None:  # the one before never ended
            done.append(self._exchange(self._open.pop(None), at, LOST))
            call = self._begin(at, None, done)
        if call is None:
            return done
        call.answer.add(*line)
        if mark.kind == "end":
            self._open.pop(mark.lane, None)
            if mark.counted:
                done.append(self._exchange(call, at, None))
            else:  # Gemini may state the usage in the message after.
                self._held = (call, at)
        return done

    def _begin(self, at: float | None, lane: str | None, done: list[Exchange]) -> _Call:
        """Open a response: the one that was asked for first, or else one that the server began by itself."""
        done += self._release()
        asked = next((call for call in self._asked if call.lane in (None, lane)), None)
        if asked is None:
            call = self._new_call(at if self._spoken_at is None else self._spoken_at, lane)
        else:
            self._asked.remove(asked)
            call, asked.suspect = asked, None
            if self._dialect.merges:
                for chunk in self._inputs.body().chunks:
                    call.inputs.add(*chunk)
                call.sent += self._sent
                self._inputs, self._sent, self._spoken_at = Window(self._cap), 0, None
        if len(self._open) >= MOST_OPEN:
            oldest = next(iter(self._open))
            done.append(self._exchange(self._open.pop(oldest), at, LOST))
        self._open[lane] = call
        return call

    def _err(self, at: float | None, mark: Mark, line: Chunk) -> list[Exchange]:
        """Give an error to what caused it: in Responses it ends its lane, in Realtime it may refuse what was asked."""
        lanes = self._upgrade.endpoint.wire_format == "openai_responses"
        call = self._open.pop(mark.lane, None) if lanes else None
        if call is None:
            call = next((asked for asked in self._asked if _blamed(asked, mark, lanes=lanes)), None)
            if call is None:
                self._stray.add(*line)
                return []
            if not lanes and mark.cause is None:  # It may be about something else: wait for what comes.
                call.suspect = line
                return []
            self._asked.remove(call)
        call.answer.add(*line)
        return [self._exchange(call, at, None)]

    def _refused(self) -> list[Exchange]:
        """Return what was asked for, and answered by an error only."""
        refused = [call for call in self._asked if call.suspect]
        self._asked = [call for call in self._asked if not call.suspect]
        return [self._exchange(call, call.suspect[0] if call.suspect else None, None) for call in refused]

    def _release(self) -> list[Exchange]:
        held, self._held = self._held, None
        return [] if held is None else [self._exchange(*held, None)]

    def _transcript(self, at: float | None, line: Chunk) -> Exchange:
        call = self._new_call(at if self._spoken_at is None else self._spoken_at, None)
        call.answer.add(*line)
        call.operation = "transcription"
        return self._exchange(call, at, None)

    def _overheard(self, at: float | None, line: Chunk) -> Exchange:
        """Return the call of the model that hears; it is asked by the user's silence, and by sound that is not kept."""
        asked_at = at if self._silent_at is None else self._silent_at
        call = _Call(asked_at, None, [], Window(0), 0, Window(self._cap), operation="transcription")
        call.answer.add(*line)
        made = self._exchange(call, at, None)
        return replace(made, endpoint=replace(made.endpoint, model=self._hears))

    def _exchange(self, call: _Call, at: float | None, failure: Failure | None) -> Exchange:
        self._calls += 1
        upgrade = self._upgrade
        seed = f"{upgrade.id} {self._calls}".encode()  # read again from a recording, it is the same document
        if call.suspect is not None:
            call.answer.add(*call.suspect)
        started = upgrade.started
        if call.origin is not None and upgrade.origin is not None:
            started += max(0.0, call.origin - upgrade.origin)
        return replace(
            upgrade,
            id=new_id(upgrade.started, seed),
            started=started,
            origin=call.origin,
            endpoint=replace(upgrade.endpoint, operation=call.operation or upgrade.endpoint.operation),
            request=_said(upgrade.request, call),
            response=_answered(upgrade, call.answer.body()),
            headers_at=None,
            ended_at=at,
            failure=failure,
        )


def _blamed(call: _Call, mark: Mark, *, lanes: bool) -> bool:
    """Return whether an error may be about what was asked."""
    return mark.lane == call.lane if lanes else mark.cause == call.cause


def _said(request: Request, call: _Call) -> Request:
    inputs = call.inputs.body()
    chunks: Sequence[Chunk] = (*call.said, *inputs.chunks, *((call.asked,) if call.asked else ()))
    gap = None if inputs.gap is None else inputs.gap + len(call.said)
    return replace(request, body=Body(chunks, call.sent, inputs.dropped, gap))


def _answered(upgrade: Exchange, body: Body) -> Response | None:
    return upgrade.response and replace(upgrade.response, body=body)


def _line(at: float | None, data: bytes) -> Chunk:
    """Return a message as a line: JSON has line ends between its tokens only, where a blank says the same."""
    return at, data.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _asked_for(path: str) -> str | None:
    """Return the model that the query of an upgrade names (OpenAI `model`, Azure also `deployment`)."""
    query = parse_qs(path.partition("?")[2][:4096])
    return next((query[name][0] for name in ("model", "deployment") if query.get(name)), None)
