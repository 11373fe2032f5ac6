"""The messages of Google's APIs over gRPC, as far as they are read: which number is which member of REST's JSON.

The Gemini API and Vertex AI give the same members other numbers, alike in all of their versions. Vectors, media and
schemas are not told, so nobody makes them.

Source: https://github.com/googleapis/googleapis, google/ai/generativelanguage and google/cloud/aiplatform.
"""

from collections.abc import Mapping
from typing import NamedTuple

from llmtap.decode.body.protojson import Message, Object, Value, many, one, words

_FINISHES = words("STOP MAX_TOKENS SAFETY RECITATION OTHER")
_GEMINI_FINISHES = words(
    "LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL IMAGE_SAFETY UNEXPECTED_TOOL_CALL "
    "TOO_MANY_TOOL_CALLS IMAGE_PROHIBITED_CONTENT IMAGE_OTHER NO_IMAGE IMAGE_RECITATION"
)
_VERTEX_FINISHES = words("BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL MODEL_ARMOR")
_BLOCKS = words("SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT")
_TRAFFIC = words("ON_DEMAND PROVISIONED_THROUGHPUT ON_DEMAND_PRIORITY ON_DEMAND_FLEX")
_LEVELS = words("LOW MEDIUM HIGH MINIMAL")
_STATES = words(
    "QUEUED PENDING RUNNING SUCCEEDED FAILED CANCELLING CANCELLED PAUSED EXPIRED UPDATING PARTIALLY_SUCCEEDED"
)

_BLOB = one(str, mimeType=1)
_FILE = one(str, mimeType=1, fileUri=2)
_CALL = one(str, name=1, id=3) | one(Object(), args=2)
_RESULT = one(str, name=1, id=3) | one(Object(), response=2)
_CODE = one(str, code=2)
_PRINTED = one(str, output=2)
_SHARE = one(int, modality=1, tokenCount=2)
_FUNCTION = one(str, name=1)
_STATUS = one(int, code=1) | one(str, message=2)
_NOTHING: Message = {}

_GEMINI_PART = (
    one(str, text=2)
    | one(_BLOB, inlineData=3)
    | one(_CALL, functionCall=4)
    | one(_RESULT, functionResponse=5)
    | one(_FILE, fileData=6)
    | one(_CODE, executableCode=9)
    | one(_PRINTED, codeExecutionResult=10)
    | one(bool, thought=11)
)
_GEMINI_CONTENT = many(_GEMINI_PART, parts=1) | one(str, role=2)
_GEMINI_CONFIG = (
    one(int, candidateCount=1, maxOutputTokens=4, topK=7, seed=8)
    | one(float, temperature=5, topP=6, presencePenalty=15, frequencyPenalty=16)
    | one(str, responseMimeType=13)
    | many(str, stopSequences=2)
    | many(int, responseModalities=20)
    | one(one(int, thinkingBudget=2), thinkingConfig=22)
)
_GEMINI_TOOL = many(_FUNCTION, functionDeclarations=1) | one(
    _NOTHING,
    googleSearchRetrieval=2,
    codeExecution=3,
    googleSearch=4,
    computerUse=6,
    urlContext=8,
    fileSearch=9,
    googleMaps=11,
)
_GEMINI_ASKED = (
    one(str, model=1)
    | many(_GEMINI_CONTENT, contents=2)
    | one(_GEMINI_CONFIG, generationConfig=4)
    | many(_GEMINI_TOOL, tools=5)
    | one(_GEMINI_CONTENT, systemInstruction=8)
)
_GEMINI_USAGE = one(
    int,
    promptTokenCount=1,
    candidatesTokenCount=2,
    totalTokenCount=3,
    cachedContentTokenCount=4,
    toolUsePromptTokenCount=8,
    thoughtsTokenCount=10,
) | many(
    _SHARE,
    promptTokensDetails=5,
    cacheTokensDetails=6,
    candidatesTokensDetails=7,
    toolUsePromptTokensDetails=9,
)
_GEMINI_CANDIDATE = (
    one(_GEMINI_CONTENT, content=1) | one((*_FINISHES, *_GEMINI_FINISHES), finishReason=2) | one(int, index=3)
)
_GEMINI_SAID = (
    many(_GEMINI_CANDIDATE, candidates=1)
    | one(one((*_BLOCKS, "IMAGE_SAFETY"), blockReason=1), promptFeedback=2)
    | one(_GEMINI_USAGE, usageMetadata=3)
    | one(str, modelVersion=4, responseId=5)
)
_GEMINI_COUNTED = one(str, model=1) | many(_GEMINI_CONTENT, contents=2) | one(_GEMINI_ASKED, generateContentRequest=3)
_GEMINI_EMBEDDED = one(str, model=1) | one(_GEMINI_CONTENT, content=2)

_VERTEX_PART = (
    one(str, text=1)
    | one(_BLOB, inlineData=2)
    | one(_FILE, fileData=3)
    | one(_CALL, functionCall=5)
    | one(_RESULT, functionResponse=6)
    | one(_CODE, executableCode=8)
    | one(_PRINTED, codeExecutionResult=9)
    | one(bool, thought=10)
)
_VERTEX_CONTENT = one(str, role=1) | many(_VERTEX_PART, parts=2)
_VERTEX_CONFIG = (
    one(float, temperature=1, topP=2, topK=3, presencePenalty=8, frequencyPenalty=9)
    | one(int, candidateCount=4, maxOutputTokens=5, seed=12)
    | one(str, responseMimeType=13)
    | many(str, stopSequences=6)
    | many(int, responseModalities=21)
    | one(one(int, thinkingBudget=3) | one(_LEVELS, thinkingLevel=4), thinkingConfig=25)
)
_VERTEX_TOOL = many(_FUNCTION, functionDeclarations=1) | one(
    _NOTHING,
    retrieval=2,
    googleSearchRetrieval=3,
    codeExecution=4,
    googleMaps=5,
    enterpriseWebSearch=6,
    googleSearch=7,
    urlContext=10,
    computerUse=11,
    parallelAiSearch=13,
    exaAiSearch=15,
)
_VERTEX_ASKED = (
    many(_VERTEX_CONTENT, contents=2)
    | one(_VERTEX_CONFIG, generationConfig=4)
    | one(str, model=5)
    | many(_VERTEX_TOOL, tools=6)
    | one(_VERTEX_CONTENT, systemInstruction=8)
)
_VERTEX_USAGE = (
    one(
        int,
        promptTokenCount=1,
        candidatesTokenCount=2,
        totalTokenCount=3,
        cachedContentTokenCount=5,
        toolUsePromptTokenCount=13,
        thoughtsTokenCount=14,
    )
    | one(_TRAFFIC, trafficType=8)
    | many(
        _SHARE,
        promptTokensDetails=9,
        cacheTokensDetails=10,
        candidatesTokensDetails=11,
        toolUsePromptTokensDetails=12,
    )
)
_VERTEX_CANDIDATE = (
    one(int, index=1) | one(_VERTEX_CONTENT, content=2) | one((*_FINISHES, *_VERTEX_FINISHES), finishReason=3)
)
_VERTEX_SAID = (
    many(_VERTEX_CANDIDATE, candidates=2)
    | one(one((*_BLOCKS, "MODEL_ARMOR", "JAILBREAK"), blockReason=1), promptFeedback=3)
    | one(_VERTEX_USAGE, usageMetadata=4)
    | one(str, modelVersion=11, responseId=13)
)
_VERTEX_COUNTED = (
    one(str, model=3)
    | many(_VERTEX_CONTENT, contents=4)
    | one(_VERTEX_CONTENT, systemInstruction=5)
    | many(_VERTEX_TOOL, tools=6)
    | one(_VERTEX_CONFIG, generationConfig=7)
)
_VERTEX_EMBEDDED = one(str, model=1) | one(_VERTEX_CONTENT, content=2)
_PREDICTED = Value(
    {"content": None, "candidates": {"content": None}, "embeddings": {"statistics": None}, "mimeType": None}
)
_PREDICT = many(Value(), instances=2) | one(Value(), parameters=3)
_JOB = one(str, name=1, model=3) | one(_STATES, state=10) | one(_STATUS, error=11)


class Method(NamedTuple):
    """What is asked and what is answered, None for a body of any kind that is only carried.

    Where it is `held`, the second field of the request is all of REST's body; the first names a resource.
    """

    asked: Message | None
    said: Message | None
    held: bool = False


_GENERATE = Method(_GEMINI_ASKED, _GEMINI_SAID)
_VERTEX_GENERATE = Method(_VERTEX_ASKED, _VERTEX_SAID)
_CARRY = Method(None, None, held=True)
METHODS: Mapping[str, Mapping[str, Method]] = {
    "ai.generativelanguage": {
        "GenerateContent": _GENERATE,
        "StreamGenerateContent": _GENERATE,
        "CountTokens": Method(_GEMINI_COUNTED, _NOTHING),
        "EmbedContent": Method(_GEMINI_EMBEDDED, one(_NOTHING, embedding=1)),
        "BatchEmbedContents": Method(
            one(str, model=1) | many(_GEMINI_EMBEDDED, requests=2), many(_NOTHING, embeddings=1)
        ),
        "Predict": Method(_PREDICT, many(_PREDICTED, predictions=1)),
        "PredictLongRunning": Method(_PREDICT, one(str, name=1)),
    },
    "cloud.aiplatform": {
        "GenerateContent": _VERTEX_GENERATE,
        "StreamGenerateContent": _VERTEX_GENERATE,
        "CountTokens": Method(_VERTEX_COUNTED, _NOTHING),
        "EmbedContent": Method(_VERTEX_EMBEDDED, one(_NOTHING, embedding=1) | one(_VERTEX_USAGE, usageMetadata=2)),
        "Predict": Method(_PREDICT, many(_PREDICTED, predictions=1) | one(Value(), metadata=6)),
        "RawPredict": _CARRY,
        "StreamRawPredict": _CARRY,
        "ChatCompletions": _CARRY,
        "CreateBatchPredictionJob": Method(_JOB, _JOB, held=True),
        "GetBatchPredictionJob": Method(_NOTHING, _JOB),
    },
}
"""The methods that are calls, by API; a count of tokens is an answer and no usage, so nothing of it is told."""
