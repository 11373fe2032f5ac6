"""Recognition of the unknown: what a body says makes a call; a likeness alone does not."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Endpoint, Exchange, Failure, Request, Response
from llmtap.decode.recognition import recognised

CHAT = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n'
    b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--x--\r\n'
)


def exchange(
    ask: bytes,
    answer: bytes | None,
    wire_format: str | None = None,
    *,
    path: str = "/any/door",
    status: int = 200,
    kind: bytes = b"application/json",
    known: bool = False,
    failure: Failure | None = None,
) -> Exchange:
    """Return an exchange whose endpoint is not certain."""
    return Exchange(
        id="",
        started=0.0,
        origin=None,
        endpoint=Endpoint("example.com", known=known, wire_format=wire_format, certain=False),
        request=Request("POST", "http", "app.example.com", 80, path, (), Body.whole(ask)),
        response=None if answer is None else Response(status, ((b"content-type", kind),), Body.whole(answer)),
        failure=failure,
    )


CALLS = (
    (None, CHAT, b'{"object":"chat.completion","choices":[]}'),
    (None, CHAT, b'data: {"id":"1","object":"chat.completion.chunk","choices":[]}\n\n'),
    (None, CHAT, b'{"reply":{"content":"hello"},"usage":{"in":1}}'),
    (None, CHAT, b'{"success":true,"message":"hello","usage":{"in":1}}'),
    (None, CHAT, b'{"success":true,"response":"hello"}'),
    (None, CHAT, b'{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]}'),
    ("openai_completions", b'{"language":"python","segments":{"prefix":"x"}}', b'{"id":"1","choices":[{"text":"y"}]}'),
    (None, b'{"prompt":"hi","model":"m"}', b'{"choices":[{"text":"x"}]}'),
    (None, b'{"prompt":"hi","model":"m"}', b'{"reply":"x","usage":{"in":1}}'),
    (None, b'{"instances":[{"messages":[]}]}', b'{"predictions":{"object":"chat.completion","choices":[]}}'),
    (None, b'{"input":"hi","model":"text-embed"}', b'{"embeddings":[[0.1]]}'),
    ("ollama_chat", CHAT, b'{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{}}\n'),
    ("ollama_chat", b'{"model":"m","prompt":"x"}', b'{"model":"m","response":"y","done":true}'),
    ("ollama_chat", b'{"model":"m","input":"x"}', b'{"embeddings":[[1]]}'),
    ("cohere_rerank", b'{"model":"m","query":"q","documents":[]}', b'{"results":[{"index":0,"relevance_score":1}]}'),
    ("cohere_v1_chat", b'{"message":"hi"}', b'{"text":"yo","generation_id":"g"}'),
    ("cohere_v1_chat", b'{"prompt":"hi"}', b'{"id":"1","generations":[{"text":"yo"}]}'),
    ("cohere_v1_chat", b'{"text":"long"}', b'{"id":"1","summary":"short"}'),
    ("cohere_embed", b'{"texts":["a"],"model":"m"}', b'{"embeddings":[[1]]}'),
    ("tgi_generate", b'{"inputs":"x"}', b'[{"generated_text":"y"}]'),
    ("tgi_generate", b'{"text":"x"}', b'{"text":"y","meta_info":{"id":"1","prompt_tokens":1}}'),
    ("text_generation", b'{"prompt":"x"}', b'{"results": [{"text": "y"}]}'),
    ("text_generation", b'{"text_input":"x"}', b'{"text_output":"y"}'),
    ("lmstudio_chat", b'{"model":"m","input":"x"}', b'{"output":[],"response_id":"r"}'),
    ("vector_embeddings", b'{"inputs":["x"]}', b"[[0.1,0.2]]"),
    ("vector_embeddings", b'{"content":"x"}', b'[{"index":0,"embedding":[[0.1]]}]'),
    (None, b'{"model":"m","text_1":"a","text_2":"b"}', b'{"data":[{"object":"score","score":0.9}]}'),
    ("cohere_rerank", b'{"query":"q","texts":["a"]}', b'[{"index":0,"score":0.9}]'),
    ("llamacpp_completion", b'{"prompt":"x"}', b'{"index":0,"content":"y"}'),
    ("openai_images", b'{"prompt":"x"}', b'{"created":1,"data":[{"b64_json":"x"}]}'),
    ("openai_moderations", b'{"input":"x"}', b'{"results":[{"flagged":false}]}'),
    ("openai_audio", FORM, b'{"text":"words"}'),
    ("openai_batches", b'{"input_file_id":"f","endpoint":"/v1/x"}', b'{"object":"batch"}'),
    ("anthropic_messages", b'{"model":"m","max_tokens":1,"messages":[]}', b'{"content":[{"type":"text"}]}'),
    ("anthropic_messages", CHAT, b'{"type":"message","content":[],"role":"assistant"}'),
    ("anthropic_completions", b'{"prompt":"x","max_tokens_to_sample":1}', b'{"completion":"y"}'),
    ("bfl_images", b'{"prompt":"x"}', b'{"id":"1","polling_url":"u"}'),
    ("gemini_interactions", b'{"agent":"a","input":"x"}', b'{"id":"1","object":"interaction"}'),
    ("mistral_ocr", b'{"model":"m","document":{}}', b'{"pages":[]}'),
    ("openai_assistants", b'{"assistant_id":"a"}', b'{"id":"r","object":"thread.run"}'),
    ("openai_completions", b'{"prompt":"x"}', b'{"choices":[{"text":"y"}]}'),
    ("openai_embeddings", b'{"input":"x"}', b'{"data":[{"embedding":[0.1]}]}'),
    ("openai_responses", b'{"input":"x"}', b'{"id":"r","output":[]}'),
    ("openai_videos", b'{"prompt":"x"}', b'{"id":"v","object":"video"}'),
    (None, b'{"inputs":"x"}', b'[{"generated_text":"y"}]'),
    ("cohere_rerank", b'{"model":"m","text_1":"a","text_2":"b"}', b'{"data":[{"score":0.9}]}'),
    ("openai_embeddings", b'{"model":"m","input":"x"}', b'{"data":[{"object":"pooling","data":[]}]}'),
    ("replicate_predictions", b'{"input":{}}', b'{"id":"p","urls":{}}'),
    ("dify_app", b'{"inputs":{},"query":"x","user":"u"}', b'{"event":"message","message_id":"m","answer":"y"}'),
    ("dify_app", b'{"inputs":{"a":"x"},"response_mode":"blocking"}', b'{"workflow_run_id":"w","data":{}}'),
    ("coze_chat", b'{"bot_id":"b","user_id":"u"}', b'{"data":{"id":"c","bot_id":"b"},"code":0,"msg":""}'),
    ("letta_messages", b'{"messages":[]}', b'{"messages":[{"message_type":"assistant_message"}]}'),
    ("letta_messages", b'{"input":"x"}', b'data: {"message_type":"assistant_message"}\n\n'),
    ("langgraph_runs", b'{"assistant_id":"a","input":{}}', b'{"messages":[{"type":"ai","content":"y"}]}'),
    ("langgraph_runs", b'{"assistant_id":"a","input":{}}', b'event: metadata\ndata: {"run_id":"r"}\n\n'),
    ("app_chat", b'{"question":"x"}', b'{"text":"y","chatId":"c","chatMessageId":"m"}'),
    ("app_chat", b'{"question":"x"}', b'message:\ndata:{"event":"start","data":"y"}\n\n'),
    ("app_chat", b'{"message":"x","mode":"chat"}', b'{"id":"1","type":"textResponse","textResponse":"y"}'),
    ("langflow_run", b'{"input_value":"x","output_type":"chat"}', b'{"session_id":"s","outputs":[{"outputs":[]}]}'),
    ("text_classification", b'{"inputs":"x"}', b'[[{"score":0.9,"label":"joy"}]]'),
    ("elastic_inference", b'{"input":"x"}', b'{"completion":[{"result":"y"}]}'),
    ("elastic_inference", b'{"input":["x"]}', b'{"text_embedding":[{"embedding":[0.1]}]}'),
    ("elastic_inference", b'{"input":["x"],"query":"q"}', b'{"rerank":[{"index":0,"relevance_score":1}]}'),
)


@pytest.mark.parametrize(("wire_format", "ask", "answer"), CALLS)
def test_a_call_tells_itself(wire_format: str | None, ask: bytes, answer: bytes) -> None:
    """Each dialect is known by what its requests and answers hold."""
    assert recognised(exchange(ask, answer, wire_format))


OTHERS = (
    (None, b'{"name":"x"}', b'{"type":"message"}'),
    (None, b'{"query":"{ users { id } }"}', b'{"data":{"users":[]}}'),
    (None, b"name=x&model=m", b'{"choices":[]}'),
    (None, b"", b'{"object":"chat.completion"}'),
    (None, CHAT, b'{"ok":true}'),
    (None, CHAT, b'{"ok":true,"message":"received"}'),
    (None, CHAT, b'{"status":"queued","message":"received"}'),
    (None, b'{"prompt":"x","model":"m","output":"y"}', b'[{"id":1,"prompt":"x","model":"m","output":"y"}]'),
    (None, CHAT, b'{"id":"1","title":"x","messages":[{"id":"m","role":"user","content":"hi"}]}'),
    (None, CHAT, b'{"url":"u","json":' + CHAT + b"}"),
    (None, b'{"input":"x","model":"m","expected":"y"}', b'{"id":"1","input":"x","output":null}'),
    (None, b'{"input":100,"model":"m","output":5}', b'{"total":105,"usage":{"input":100}}'),
    (None, CHAT, b'{"status":"done","success": true,\n"message":"queued"}\n'),
    ("ollama_chat", CHAT, b'data: {"type":"start","messageId":"1"}\n\ndata: {"type":"text-delta","delta":"a"}\n\n'),
    ("ollama_chat", CHAT, b'f:{"messageId":"1"}\n0:"Hi"\ne:{"finishReason":"stop","usage":{"promptTokens":1}}\n'),
    (None, CHAT, b'data: {"type":"RUN_STARTED","runId":"r"}\n\ndata: {"type":"TEXT_MESSAGE_CONTENT","delta":"a"}\n\n'),
    (None, CHAT, b"<html></html>"),
    (None, b'{"jsonrpc":"2.0","method":"message/stream","params":{"message":{}}}', b'data: {"result":{"kind":"x"}}\n'),
    ("ollama_chat", b'{"room":7,"message":"hi"}', b'{"id":1,"done":true}'),
    ("openai_images", b'{"prompt":"x"}', b'{"id":"job"}'),
    ("tgi_generate", b'{"report":"x"}', b'{"text":"y"}'),
    ("anthropic_messages", b'{"to":"1","from":"2","body":"x"}', b'{"id":"1","status":"sent"}'),
    ("anthropic_messages", b'{"model":"ticket","messages":[{"body":"x"}]}', b'{"id":"1","type":"message","body":"x"}'),
    ("anthropic_messages", b'{"role":"user","content":"x","model":"m"}', b'[{"id":1,"role":"user","content":"x"}]'),
    (None, b'{"prompt":"Are you sure?","model":"modal"}', b'{"answer":"ok"}'),
    (None, b'{"instances":[{"a":1}]}', b'{"predictions":[{"label":"x","output":1}]}'),
    (None, b'{"channel":"C","text":"x"}', b'{"ok":true,"message":{"text":"x","type":"message"}}'),
    (None, b'{"prompt":"2+2?","choices":["3"]}', b'{"id":1,"choices":[{"text":"3"},{"text":"4"}],"created":1}'),
    (None, b'{"query":"x","contents":{"text":true}}', b'{"results":[{"title":"a","text":"c"}]}'),
    ("cohere_v1_chat", b'{"message":"hi"}', b'{"id":"1","text":"hello","agent":"bob"}'),
    ("gemini_predict", b'{"instances":[[1,2]]}', b'{"predictions":[[0.1,0.9]]}'),
    ("openai_responses", b'{"form":"1","answers":[]}', b'{"id":"r1","status":"completed"}'),
    ("openai_assistants", b'{"assistant_id":"a","input":{}}', b'{"run_id":"r","status":"pending"}'),
    ("openai_embeddings", b'{"html":"x"}', b'{"iframe":"x"}'),
    ("openai_videos", b'{"title":"x"}', b'{"id":"v1","status":"processing"}'),
    ("dify_app", b'{"query":"{ messages { id } }"}', b'{"data":{"messages":[]}}'),
    ("dify_app", b'{"inputs":{"ref":"main"},"ref":"main"}', b'{"id":1,"status":"queued"}'),
    ("coze_chat", b'{"message":"hi","room":1}', b'{"id":1,"ok":true}'),
    ("letta_messages", b'{"messages":[{"body":"x"}]}', b'{"messages":[{"id":1,"body":"x"}]}'),
    ("langgraph_runs", b'{"input":{"a":1}}', b'{"messages":["started"]}'),
    ("app_chat", b'{"question":"x"}', b'{"id":1,"text":"y"}'),
    ("app_chat", b'{"message":"x"}', b'{"id":1,"text":"y"}'),
    ("langflow_run", b'{"input":"x"}', b'{"id":"job","outputs":[]}'),
    ("text_classification", b'{"inputs":[1,2]}', b"[0.1,0.9]"),
    ("elastic_inference", b'{"input":{"a":1}}', b'{"inference_results":[{"predicted_value":1}]}'),
)


@pytest.mark.parametrize(("wire_format", "ask", "answer"), OTHERS)
def test_other_traffic_tells_itself(wire_format: str | None, ask: bytes, answer: bytes) -> None:
    """What is asked or answered otherwise is no call, however much its path resembles one."""
    assert not recognised(exchange(ask, answer, wire_format))


@pytest.mark.parametrize("path", ["/tokenize", "/v1/detokenize", "/apply-template", "/v1beta/cachedContents?key=k"])
def test_counting_is_no_call(path: str) -> None:
    """Doors that are asked like an LLM, and only count, are none."""
    assert not recognised(exchange(CHAT, b'{"object":"chat.completion","count":3}', path=path))


def test_a_failed_call_is_told_by_its_request() -> None:
    """Without an answer, or with a refusal, the request is all there is."""
    assert recognised(exchange(CHAT, None, failure=Failure("timeout", "")))
    assert recognised(exchange(CHAT, b"<html>502</html>", status=502))
    assert not recognised(exchange(b'{"x":1}', b"", status=502))


def test_an_answer_that_was_not_kept_denies_nothing() -> None:
    """Recorders leave the bodies of streams out; of what was created or accepted there is none to leave out."""
    assert recognised(exchange(CHAT, b""))
    assert not any(recognised(exchange(CHAT, b"", status=status)) for status in (201, 202, 204))
    assert not recognised(exchange(b'{"x":1}', b""))


def test_sound_is_an_answer() -> None:
    """Speech comes as sound."""
    assert recognised(exchange(b'{"model":"m","input":"x"}', b"ID3\x00", "openai_audio", kind=b"audio/mpeg"))


def test_tasks_of_a_known_host() -> None:
    """`inputs` counts where a host is known for it, at any path."""
    ask, answer = b'{"inputs":"x"}', b'{"answer":"y"}'
    assert recognised(exchange(ask, answer, known=True))
    assert not recognised(exchange(ask, answer))


def test_a_model_in_the_path_need_not_stand_in_the_body() -> None:
    """A hosted model is asked by `messages` alone; columns of a table are asked of another kind of model."""

    def asked(ask: bytes, answer: bytes) -> bool:
        found = exchange(ask, answer, known=True)
        return recognised(replace(found, endpoint=replace(found.endpoint, model="our-model")))

    assert asked(b'{"messages":[{"role":"user"}]}', b'{"choices":[]}')
    assert not asked(b'{"dataframe_split":{"columns":["a"]}}', b'{"predictions":[0]}')
    assert not asked(b"1.0,2.0,3.5", b"0.87")


def test_a_session_is_told_by_what_it_answers() -> None:
    """The events of a realtime API say what they are; those of any other socket do not."""
    said = b'{"type":"session.created","session":{}}\n{"type":"response.created","response":{}}\n'
    assert recognised(exchange(b"", said, "openai_realtime", status=101))
    assert not recognised(
        exchange(b'{"input":"x"}', b'{"type":"departure","input":1}\n', "openai_realtime", status=101)
    )


def test_encoded_bodies_are_read() -> None:
    """A content encoding hides nothing."""
    found = exchange(CHAT, gzip.compress(b'{"object":"chat.completion","choices":[]}'))
    assert found.response is not None
    coded = Response(200, ((b"content-encoding", b"gzip"),), found.response.body)
    assert recognised(
        Exchange("", 0.0, None, found.endpoint, found.request, coded),
    )


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from([None, "ollama_chat", "openai_audio"]))
def test_nothing_raises(ask: bytes, answer: bytes, wire_format: str | None) -> None:
    """Whatever the bytes, there is an answer."""
    assert recognised(exchange(ask, answer, wire_format)) in (True, False)
    assert recognised(exchange(b"{" + ask, answer, wire_format)) in (True, False)
