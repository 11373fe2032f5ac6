"""Error messages: what a provider says of a refusal stays, what it repeats of the request does not."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Exchange
from llmtap.enrich.prose import QUOTED, Said, prose, said
from llmtap.enrich.secret import REDACTED
from tests.enrich.call import KEY, exchange, headers

PROMPT = "The merger with Globex closes on Friday for 12 million"
ASKED = Said(PROMPT)


def asking(body: bytes, **named: str) -> Exchange:
    """Return a call with this request body, and headers of these names."""
    return exchange(asked=headers(**named), body=body)


@pytest.mark.parametrize(
    ("said", "keeps"),
    [
        ("The model `gpt-9` does not exist", "The model `gpt-9` does not exist"),
        ("Invalid value: 'foo'. Supported are: 'a', 'b'.", "Invalid value: 'foo'. Supported are: 'a', 'b'."),
        ("Missing required parameter: 'messages[0].content'.", "Missing required parameter: 'messages[0].content'."),
        ("Unknown model claude@20250929, don't ask", "Unknown model claude@20250929, don't ask"),
        ('Could not parse "my dear diary, today"', f"Could not parse {QUOTED}"),
        ('Could not parse "my dear diary, tod', f"Could not parse {QUOTED}"),
        ("Could not parse 'it\\'s Ann's diary' at 3", f"Could not parse {QUOTED} at 3"),
        ("Could not parse “my dear diary”", f"Could not parse {QUOTED}"),
        *((f"No: {a}my dear diary{b}!", f"No: {QUOTED}!") for a, b in ('""', "``", "«»", "„“", "「」", "''")),
        ("[failed_generation=my dear diary", f"[{QUOTED}"),
        ("[type=string, input_value=['my diary'], input_type=list]", f"[type=string, {QUOTED}, input_type=list]"),
        ("Could not parse '我亲爱的日记'", f"Could not parse {QUOTED}"),
        ("token_count=1024, min_total_token_count=97", "token_count=1024, min_total_token_count=97"),
        (f"flagged: {PROMPT[:40]} and so on", f"flagged: {QUOTED} and so on"),
        (f"Your api key: {KEY} is invalid", f"Your api key: {REDACTED} is invalid"),
        ("Your api key: ****abcd is invalid", f"Your api key: {REDACTED} is invalid"),
        ("The token abcd...wxyz has expired", f"The token {REDACTED} has expired"),
        ("API key 0123456789abcdef0123456789abcdef is unknown", f"API key {REDACTED} is unknown"),
    ],
)  # fmt: skip
def test_an_error_keeps_its_words_and_loses_its_quotations(said: str, keeps: str) -> None:
    """Identifiers stay readable; sentences that were quoted, words of the prompt and credentials do not."""
    assert prose(said, (), ASKED) == keeps


@given(start=st.integers(0, len(PROMPT.split()) - 4), length=st.integers(4, 9))
def test_no_four_words_of_a_prompt_survive_in_an_error(start: int, length: int) -> None:
    """However an error repeats the prompt, no four of its words in a row are kept."""
    words = PROMPT.split()[start : start + length]
    found = prose(f"Rejected input {' '.join(words)} by policy", (), ASKED)
    assert all(" ".join(words[place : place + 4]) not in found for place in range(len(words) - 3))


def test_a_prompt_without_blanks_does_not_survive_in_an_error() -> None:
    """In scripts that separate no words, six characters running are enough to know a prompt by."""
    prompt = Said("请帮我写一封给老板的辞职信")
    assert prose("输入内容「写一封给老板的」不合法 400", (), prompt) == f"输入内容{QUOTED}不合法 400"
    assert prose("输入写一封给老板的不合法 400", (), prompt) == f"{QUOTED} 400"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"unknown": {"dialect": [{"say": PROMPT}]}}).encode(),
        json.dumps([PROMPT.replace(" ", "\n")]).encode(),
        json.dumps({"say": PROMPT}).encode()[:-2],
        b'{"type":"ask"}\n' + json.dumps({"say": PROMPT}).encode(),
        b"x" * 2_000_000 + PROMPT.encode(),
    ],
    ids=["unknown", "lines", "cut off", "session", "large"],
)
def test_what_no_wire_format_read_is_known_all_the_same(body: bytes) -> None:
    """An error that repeats the request loses its words, though no message was read of that request."""
    request = said(asking(body), ())
    assert prose(f"flagged: {PROMPT} and so on", (), request) == f"flagged: {QUOTED} and so on"


def test_an_encoded_request_is_known() -> None:
    """A compressed request says what it says."""
    body = zlib.compress(json.dumps({"say": PROMPT}).encode())
    request = said(asking(body, content_encoding="deflate"), ())
    assert prose(f"flagged: {PROMPT}", (), request) == f"flagged: {QUOTED}"


def test_a_credential_in_a_body_does_not_come_back() -> None:
    """The token of a tool server, which stands in the request's body, is struck out of what is said of it."""
    tool = {"type": "mcp", "server_url": "https://mcp.example", "authorization": "tool-server-4711", "max_tokens": 12}
    request = said(asking(json.dumps({"tools": [tool]}).encode()), ())
    assert request.secrets == ("tool-server-4711",)
    assert prose("mcp.example refused tool-server-4711", (), request) == f"mcp.example refused {REDACTED}"


@given(st.binary())
def test_any_request_can_be_looked_at(body: bytes) -> None:
    """Whatever the bytes of a request, nothing raises."""
    assert isinstance(said(asking(body), ()).words, str)
