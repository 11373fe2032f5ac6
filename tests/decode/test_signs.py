"""The signs of weak paths: each dialect of such a path has some, and each tells its own calls from their likenesses."""

import pytest

from llmtap.capture.exchange import Body, Endpoint, Exchange, Request, Response
from llmtap.config import load
from llmtap.decode.body.framing import spoken
from llmtap.decode.recognition import recognised
from llmtap.decode.signs import ALONE, SIGNS, SPEAKING, STATED
from tests.exchanges.frames import event

JSON = b"application/json"
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n'
    b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--x--\r\n'
)
WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt "
UNTOLD = frozenset({"cohere_chat", "openai_chat"})
"""Dialects of weak paths whose answers always say what they are."""


def exchange(wire_format: str | None, ask: bytes, answer: bytes, status: int = 200, method: str = "POST") -> Exchange:
    """An exchange at a weak path of a dialect, or at any path, of a host that nobody knows."""
    return Exchange(
        "",
        0.0,
        None,
        Endpoint("example.com", known=False, wire_format=wire_format, certain=False),
        Request(method, "https", "gw.example.com", 443, "/any/door", (), Body.whole(ask)),
        Response(status, ((b"content-type", JSON),), Body.whole(answer)),
    )


def test_every_weak_path_has_a_sign() -> None:
    """A weak row whose dialect nothing tells would never count where it is weak."""
    weak = {row.wire_format for row in load(None).providers.endpoints if row.weak and row.wire_format}
    assert weak <= SIGNS.keys() | ALONE.keys() | UNTOLD


@pytest.mark.parametrize(
    ("wire_format", "ask", "answer"),
    [
        ("bedrock_agent", b'{"inputText":"hi"}', event("chunk", b"{}")),
        ("bedrock_async_invoke", b'{"modelId":"m","modelInput":{}}', b'{"invocationArn":"arn:aws:x"}'),
        ("bfl_images", b'{"model":"FLUX","prompt":"x"}', b'{"data":[{"b64_json":"AA"}]}'),
        ("cohere_rerank", b'{"model":"m","query":{"text":"q"},"passages":[]}', b'{"rankings":[{"index":0,"logit":1}]}'),
        ("deepgram_audio", b'{"url":"https://a"}', b'{"results":{"channels":[{"alternatives":[]}]}}'),
        ("deepgram_audio", b'{"text":"hi"}', WAVE),
        ("elevenlabs_audio", b'{"text":"hi","model_id":"m"}', WAVE),
        ("elevenlabs_audio", b'{"text":"hi"}', b'{"audio_base64":"AA","alignment":{}}'),
        ("elevenlabs_audio", b'{"prompt":"rain"}', b"ID3\x04"),
        ("gemini_predict", b'{"instances":[{"content":"x"}]}', b'{"predictions":[{"embeddings":{"values":[1]}}]}'),
        ("hunyuan_chat", b'{"Model":"m","Messages":[]}', b'data: {"Note":"n","Choices":[{"Delta":{}}]}'),
        ("media_jobs", b'{"audio_url":"https://a"}', b'{"id":"1","status":"queued","speech_model":"u"}'),
        ("media_jobs", b'{"model_id":"m","transcript":"x","voice":{}}', WAVE),
        ("media_jobs", b'{"utterances":[{"text":"x"}]}', b'{"generations":[{"audio":"AA"}]}'),
        ("media_jobs", b'{"prompt":"x"}', b'{"images":[{"url":"https://i"}],"seed":1}'),
        ("media_jobs", b'{"prompt":"x"}', b'{"request_id":"r","response_url":"https://q"}'),
        ("media_jobs", b'{"model":"gen4","promptText":"x"}', b'{"id":"1c5c3e6d-0000-4000-8000-000000000000"}'),
        ("media_jobs", b'{"model":"speech-02","text":"x"}', b'{"data":{},"base_resp":{"status_code":0}}'),
        ("media_jobs", b'{"model":"seedance","content":[]}', b'{"id":"cgt-2026"}'),
        ("mistral_conversations", b'{"model":"m","inputs":"x"}', b'{"object":"conversation.response","outputs":[]}'),
        ("openai_assistants", b'{"tool_outputs":[]}', b'{"id":"r","object":"thread.run"}'),
        ("openai_audio", FORM, b"1\n00:00:00,000 --> 00:00:01,000\nhi\n"),
        ("openai_embeddings", b'{"texts":["x"],"type":"db"}', b'{"vectors":[[0.1]]}'),
        ("openai_images", b'{"image":"AA","n":1}', b'{"created":1,"data":[{"url":"https://i"}]}'),
        ("openai_videos", b'{"model":"m","prompt":"x"}', b'{"requestId":"r"}'),
        ("text_generation", b'{"input":"x"}', b'{"results":[{"generated_text":"y"}],"inference_status":{}}'),
        ("vector_embeddings", b'{"inputs":"x"}', b"[-0.1,0.2]"),
        ("vector_embeddings", b'{"texts":["x"]}', b'{"embeddings":[[0.1]]}'),
    ],
)
def test_a_dialect_tells_itself_at_its_paths(wire_format: str, ask: bytes, answer: bytes) -> None:
    """Behind a gateway or a tunnel, the bodies tell whose path it is."""
    assert recognised(exchange(wire_format, ask, answer))


@pytest.mark.parametrize(
    ("wire_format", "ask", "answer"),
    [
        ("bedrock_agent", b'{"a":1}', b'{"b":1}'),
        ("deepgram_audio", b'{"url":"https://a"}', b'{"id":1,"short":"https://b"}'),
        ("elevenlabs_audio", b'{"text":"hi"}', b'{"id":1}'),
        ("gemini_predict", b'{"instances":[[1,2]]}', b'{"predictions":[{"label":"x"}]}'),
        ("media_jobs", b'{"prompt":"x"}', b'{"id":"job"}'),
        ("media_jobs", b'{"model":"x3","text":"note"}', b'{"id":"1"}'),
        ("mistral_conversations", b'{"inputs":[],"title":"x"}', b'{"object":"conversation","id":"c"}'),
        ("openai_images", b'{"image":"AA"}', b'{"url":"https://i"}'),
        ("openai_videos", b'{"title":"x"}', b'{"requestId":"r"}'),
        ("text_generation", b'{"input":"x"}', b'{"status":"ok"}'),
        (None, b'{"query":"x","documents":["a"]}', b'{"results":[{"title":"a"}]}'),
        (None, b'{"model":"t-shirt","prompt":"x","size":"XL"}', b'{"order":1}'),
        (None, b'{"texts":["a"],"input_type":"html"}', b'{"ok":true}'),
        (None, b'{"inputText":"book a room","sessionState":{}}', b'{"message":"When?","dialogState":"ElicitSlot"}'),
    ],
)
def test_a_likeness_does_not(wire_format: str | None, ask: bytes, answer: bytes) -> None:
    """Who is asked alike and answers otherwise is somebody else."""
    assert not recognised(exchange(wire_format, ask, answer))


@pytest.mark.parametrize("wire_format", ["gemini_predict", "media_jobs", "elevenlabs_audio", "deepgram_audio"])
def test_a_plain_question_that_was_refused_tells_nothing(wire_format: str) -> None:
    """Where others ask by the same members, a refusal leaves it open whose call it was."""
    ask = b'{"instances":[1],"prompt":"x","input":"y","text":"z","url":"u"}'
    assert not recognised(exchange(wire_format, ask, b'{"error":"no"}', status=400))


@pytest.mark.parametrize(
    ("dialect", "ask", "answer"),
    [
        ("anthropic_completions", b'{"model":"c","prompt":"x","max_tokens_to_sample":9}', b'{"completion":"y"}'),
        ("bedrock_invoke", b'{"inputText":"x"}', b'{"embedding":[0.1],"inputTextTokenCount":3}'),
        ("bedrock_invoke", b'{"prompt":"x","max_gen_len":9}', b'{"generation":"y","generation_token_count":3}'),
        ("cohere_embed", b'{"texts":["a"],"input_type":"search_query"}', b'{"embeddings":{"float":[[1]]}}'),
        ("cohere_rerank", b'{"query":"x","documents":["a"]}', b'{"results":[{"index":0,"relevance_score":0.9}]}'),
        ("gemini_embeddings", b'{"content":{"parts":[{"text":"x"}]}}', b'{"embedding":{"values":[0.1]}}'),
        ("openai_audio", b'{"model":"m","input":"x","voice":"alloy"}', b"ID3\x04"),
        ("openai_images", b'{"model":"m","prompt":"x","size":"1x1"}', b'{"data":[{"b64_json":"AA"}]}'),
    ],
)
def test_a_question_with_members_of_its_own_tells_at_any_path(dialect: str, ask: bytes, answer: bytes) -> None:
    """It needs an answer that fits, or to have named a model and to be refused."""
    assert dialect in STATED
    assert spoken(ask, (), b"") == dialect
    assert recognised(exchange(None, ask, answer))
    assert not recognised(exchange(None, ask, b'{"result":"other","content":1}'))
    assert recognised(exchange(None, ask, b"", status=500)) is (b'"model"' in ask)


@pytest.mark.parametrize(
    ("wire_format", "answer"),
    [
        ("openai_responses", b'{"id":"r","object":"response","output":[]}'),
        ("anthropic_messages", b'{"type":"message","role":"assistant","content":[]}'),
        ("openai_embeddings", b'{"data":[{"index":0,"embedding":[0.1]}],"model":"m"}'),
        ("openai_audio", b'{"text":"words"}'),
        ("openai_audio", WAVE),
        ("replicate_predictions", b'{"id":"p","urls":{"cancel":"c","get":"g"}}'),
        ("openai_batches", b'{"id":"batch_1","object":"batch"}'),
        ("cohere_rerank", b'{"results":[{"index":0,"relevance_score":1}]}'),
        ("openai_realtime", b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n"),
    ],
)
def test_an_answer_tells_alone_where_the_question_is_missing(wire_format: str, answer: bytes) -> None:
    """Recorders leave questions out, sound has no members, and what is fetched is asked by its path."""
    assert recognised(exchange(wire_format, b"", answer))
    assert recognised(exchange(wire_format, b"", answer, method="GET"))
    assert not recognised(exchange(None, b"", answer))
    assert not recognised(exchange(wire_format, b"", b'{"id":1,"status":"ok"}'))
    assert not recognised(exchange(wire_format, b"", b'{"poll":1,"choices":[{"index":0,"votes":2}]}'))


def test_who_speaks_has_signs() -> None:
    """Sound is an answer of the dialects that speak, and of no other."""
    assert SPEAKING <= SIGNS.keys()
    assert not recognised(exchange("openai_embeddings", b"", WAVE))
