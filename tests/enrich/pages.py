"""What vendors' pages say that calls cost, worked out by hand, and where each was read.

`READ` are prices that were read in stored copies of the page that their witness names, in November 2026. `UNREAD` are
prices of which no copy was found, or two that contradict each other: they were written with the computed figures at
hand, so that they hold the arithmetic and prove no price. Each line is prices, in USD per million (tokens, characters,
or else each), times counts.
"""

from decimal import Decimal
from typing import NamedTuple

from llmtap.decode.inference import Usage


class Witness(NamedTuple):
    """Who sells, the page that says for how much, the day as of which it is asked, and what was read of it."""

    provider: str
    host: str
    page: str
    day: str = "2026-11-18"
    read: str = "a copy without a date"


def claude(page: str, day: str, read: str) -> Witness:
    """Return a witness of what Anthropic's own API costs."""
    return Witness("anthropic", "api.anthropic.com", f"https://platform.claude.com/docs/en/{page}", day, read)


def gpt(page: str, day: str, read: str) -> Witness:
    """Return a witness of what OpenAI's own API costs."""
    return Witness("openai", "api.openai.com", page, day, read)


def gemini(day: str, read: str) -> Witness:
    """Return a witness of what the Gemini API costs."""
    page = "https://ai.google.dev/gemini-api/docs/pricing"
    return Witness("gcp.gemini", "generativelanguage.googleapis.com", page, day, read)


CLAUDE_APRIL = claude("about-claude/pricing", "2026-04-10", "the whole page, in Indonesian")
CLAUDE_JULY = claude("about-claude/pricing", "2026-07-28", "the tables of models, of the fast mode and of batches")
CLAUDE_AUGUST = claude("about-claude/pricing", "2026-08-04", "the table of models")
CLAUDE_AUTUMN = claude("about-claude/pricing", "2026-11-18", "the table of models, once Fable 5.1 is in it")
CLAUDE_LONG = claude("api/service-tiers", "2026-02-01", "Sonnet beyond 200k tokens: twice the input, half more output")
GPT_2025 = gpt("https://platform.openai.com/docs/pricing", "2026-11-18", "all tables, autumn 2025")
GPT_AUGUST = gpt("https://developers.openai.com/api/docs/pricing", "2026-08-04", "the table of models, short and long")
PRIORITY = gpt("https://openai.com/api-priority-processing/", "2026-11-18", "the whole table, before July 2026")
HASTE = gpt("https://openai.com/api-fast-mode/", "2026-11-18", "the first lines of the table, after August 2026")
REALTIME = gpt("https://developers.openai.com/api/docs/models/gpt-realtime-1.5", "2026-11-18", "the page of the model")
GEMINI_2025 = gemini("2026-11-18", "all tables, autumn 2025")
GEMINI_AUGUST = gemini("2026-08-04", "Gemini 2.5 Pro and Flash, in all four tiers")
GEMINI_SEPTEMBER = gemini("2026-09-20", "prices that others quote from it with the day")
VERTEX = Witness(
    "gcp.vertex_ai", "aiplatform.googleapis.com",
    "https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing",
    "2026-09-20", "prices that others quote from it, in September 2026",
)  # fmt: skip
XAI = Witness("x_ai", "api.x.ai", "https://docs.x.ai/developers/pricing", read="the whole page, once grok-4.3 is in it")
PERPLEXITY = Witness(
    "perplexity", "api.perplexity.ai", "https://docs.perplexity.ai/getting-started/pricing",
    read="the prices of tokens; the fees as guides quote them, and as the API reports them of each recorded call",
)  # fmt: skip
DEEPSEEK = Witness(
    "deepseek", "api.deepseek.com", "https://api-docs.deepseek.com/quick_start/pricing",
    "2026-10-27", "the table, as a guide quotes it with the day",
)  # fmt: skip
DEEPSEEK_2025 = Witness(
    "deepseek", "api.deepseek.com", "https://api-docs.deepseek.com/quick_start/pricing-details-usd",
    "2025-03-01", "the whole table, spring 2025",
)  # fmt: skip
MISTRAL = Witness(
    "mistral_ai", "api.mistral.ai", "https://docs.mistral.ai/models/model-cards/mistral-medium-3-5-26-04",
    read="prices that an issue quotes from the card",
)  # fmt: skip
GROQ = Witness("groq", "api.groq.com", "https://groq.com/pricing", read="prices that issues and guides quote from it")
COHERE = Witness("cohere", "api.cohere.com", "https://cohere.com/pricing", read="prices that a guide quotes, June 2026")
VOYAGE = Witness(
    "voyage", "api.voyageai.com", "https://docs.voyageai.com/docs/pricing",
    read="the same prices at a gateway (https://vercel.com/ai-gateway/models)",
)  # fmt: skip
BEDROCK = Witness(
    "aws.bedrock", "bedrock-runtime.us-east-1.amazonaws.com", "https://aws.amazon.com/bedrock/pricing/",
    read="the page holds no figures; the same prices at a reseller (https://lava.so/docs/gateway/providers/bedrock)",
)  # fmt: skip
DEEPGRAM = Witness(
    "deepgram", "api.deepgram.com", "https://deepgram.com/pricing",
    read="0.0043 a minute in May 2026 and 0.0077 in August, by those who quote it",
)  # fmt: skip
NOVA = Witness("aws.bedrock", BEDROCK.host, BEDROCK.page, read="no figures")
OCR = Witness("mistral_ai", "api.mistral.ai", "https://mistral.ai/pricing", read="no figures")
VOICE = Witness("elevenlabs", "api.elevenlabs.io", "https://elevenlabs.io/pricing/api", read="no figures")
PAINTER = Witness("black_forest_labs", "api.bfl.ai", "https://bfl.ai/pricing", read="no figures")

CACHED = Usage(1000, 1000, cache_read_input_tokens=500)
PLAIN = Usage(1000, 1000)
LONG = Usage(300_000, 1000)
LONG_CACHED = Usage(300_000, 1000, 100_000)
WRITTEN = Usage(
    1000, 0, cache_write_input_tokens=900, cache_write_5m_input_tokens=400, cache_write_1h_input_tokens=500
)  # fmt: skip
KEPT = Usage(1000, 1000, 500, 400)
HEARD = Usage(1000, 1000, audio_input_tokens=400)
HEARD_TWICE = Usage(1000, 1000, 500, audio_input_tokens=400, audio_cache_read_input_tokens=200)
SPOKEN = Usage(1000, 1000, audio_input_tokens=600, audio_output_tokens=800)
HEARD_AGAIN = Usage(1000, 0, 200, audio_input_tokens=600, audio_cache_read_input_tokens=200)
SEARCHED = Usage(1000, 10, web_searches=3)
MINUTE = Usage(audio_seconds=Decimal(60))

READ = [
    (CLAUDE_APRIL, "claude-opus-4-6", None, CACHED, "500*5 + 500*0.5 + 1000*25"),
    (CLAUDE_APRIL, "claude-opus-4-6", "batch", PLAIN, "1000*2.5 + 1000*12.5"),
    (CLAUDE_APRIL, "claude-opus-4-6", "fast", PLAIN, "1000*30 + 1000*150"),
    (CLAUDE_APRIL, "claude-opus-4-6", "fast", LONG_CACHED, "200000*30 + 100000*3 + 1000*150"),
    (CLAUDE_APRIL, "claude-opus-4-6", None, LONG, "300000*5 + 1000*25"),
    (CLAUDE_APRIL, "claude-opus-4-1", None, CACHED, "500*15 + 500*1.5 + 1000*75"),
    (CLAUDE_APRIL, "claude-sonnet-4-6", None, LONG, "300000*3 + 1000*15"),
    (CLAUDE_APRIL, "claude-sonnet-4-5", "standard", CACHED, "500*3 + 500*0.3 + 1000*15"),
    (CLAUDE_APRIL, "claude-sonnet-4-5", None, WRITTEN, "100*3 + 400*3.75 + 500*6"),
    (CLAUDE_APRIL, "claude-sonnet-4-5", "batch", CACHED, "500*1.5 + 500*0.15 + 1000*7.5"),
    (CLAUDE_APRIL, "claude-sonnet-4-5", None, SEARCHED, "1000*3 + 10*15 + 3*10000"),
    (CLAUDE_APRIL, "claude-haiku-4-5", None, WRITTEN, "100*1 + 400*1.25 + 500*2"),
    (CLAUDE_APRIL, "claude-3-5-haiku-20241022", None, WRITTEN, "100*0.8 + 400*1 + 500*1.6"),
    (CLAUDE_APRIL, "claude-3-haiku-20240307", None, CACHED, "500*0.25 + 500*0.03 + 1000*1.25"),
    (CLAUDE_LONG, "claude-sonnet-4-5", None, LONG, "300000*6 + 1000*22.5"),
    (CLAUDE_JULY, "claude-opus-5", "fast", PLAIN, "1000*10 + 1000*50"),
    (CLAUDE_JULY, "claude-opus-4-8", "fast", PLAIN, "1000*10 + 1000*50"),
    (CLAUDE_JULY, "claude-opus-5", "batch", PLAIN, "1000*2.5 + 1000*12.5"),
    (CLAUDE_JULY, "claude-haiku-4-5", "batch", PLAIN, "1000*0.5 + 1000*2.5"),
    (CLAUDE_AUGUST, "claude-fable-5", None, CACHED, "500*10 + 500*1 + 1000*50"),
    (CLAUDE_AUGUST, "claude-opus-5", None, WRITTEN, "100*5 + 400*6.25 + 500*10"),
    (CLAUDE_AUGUST, "claude-sonnet-5", None, CACHED, "500*2 + 500*0.2 + 1000*10"),
    (CLAUDE_AUTUMN, "claude-fable-5-1", None, CACHED, "500*10 + 500*0.25 + 1000*50"),
    (CLAUDE_AUTUMN, "claude-opus-4-7", None, CACHED, "500*5 + 500*0.5 + 1000*25"),
    (GPT_2025, "gpt-5", "default", CACHED, "500*1.25 + 500*0.125 + 1000*10"),
    (GPT_2025, "gpt-5", "flex", CACHED, "500*0.625 + 500*0.0625 + 1000*5"),
    (GPT_2025, "gpt-5", "batch", CACHED, "500*0.625 + 500*0.0625 + 1000*5"),
    (GPT_2025, "gpt-5-mini", None, CACHED, "500*0.25 + 500*0.025 + 1000*2"),
    (GPT_2025, "gpt-5-nano", None, CACHED, "500*0.05 + 500*0.005 + 1000*0.4"),
    (GPT_2025, "gpt-4.1", None, CACHED, "500*2 + 500*0.5 + 1000*8"),
    (GPT_2025, "gpt-4.1-mini", "batch", PLAIN, "1000*0.2 + 1000*0.8"),
    (GPT_2025, "gpt-4o", None, CACHED, "500*2.5 + 500*1.25 + 1000*10"),
    (GPT_2025, "gpt-4o-mini", "priority", CACHED, "500*0.25 + 500*0.125 + 1000*1"),
    (GPT_2025, "o3", "flex", CACHED, "500*1 + 500*0.25 + 1000*4"),
    (GPT_2025, "o4-mini", "priority", CACHED, "500*2 + 500*0.5 + 1000*8"),
    (GPT_2025, "gpt-5", None, SEARCHED, "1000*1.25 + 10*10 + 3*10000"),
    (GPT_2025, "gpt-5", None, Usage(1000, 10, file_searches=2), "1000*1.25 + 10*10 + 2*2500"),
    (GPT_2025, "gpt-realtime", None, SPOKEN, "400*4 + 600*32 + 200*16 + 800*64"),
    (GPT_2025, "gpt-audio", None, SPOKEN, "400*2.5 + 600*32 + 200*10 + 800*64"),
    (GPT_2025, "gpt-4o-audio-preview-2024-12-17", None, SPOKEN, "400*2.5 + 600*40 + 200*10 + 800*80"),
    (GPT_2025, "gpt-image-1", None, Usage(1000, 1056, image_input_tokens=400, image_output_tokens=1056),
     "600*5 + 400*10 + 1056*40"),
    (GPT_2025, "gpt-4o-transcribe", None, Usage(1000, 100, audio_input_tokens=900), "100*2.5 + 900*6 + 100*10"),
    (GPT_2025, "gpt-4o-mini-transcribe", None, Usage(1000, 100, audio_input_tokens=1000), "1000*3 + 100*5"),
    (GPT_2025, "gpt-4o-mini-tts", None, Usage(100, 1000, audio_output_tokens=1000), "100*0.6 + 1000*12"),
    (GPT_2025, "whisper-1", None, MINUTE, "60*100"),
    (GPT_2025, "tts-1", None, Usage(characters=1000), "1000*15"),
    (GPT_2025, "tts-1-hd", None, Usage(characters=1000), "1000*30"),
    (GPT_2025, "text-embedding-3-small", None, Usage(1000), "1000*0.02"),
    (GPT_2025, "text-embedding-3-large", "batch", Usage(1000), "1000*0.065"),
    (GPT_AUGUST, "gpt-5.6-sol", None, KEPT, "100*5 + 500*0.5 + 400*6.25 + 1000*30"),
    (GPT_AUGUST, "gpt-5.6-sol", None, LONG_CACHED, "200000*10 + 100000*1 + 1000*45"),
    (GPT_AUGUST, "gpt-5.6-terra", None, KEPT, "100*2 + 500*0.2 + 400*2.5 + 1000*12"),
    (GPT_AUGUST, "gpt-5.6-luna", None, LONG, "300000*0.4 + 1000*1.8"),
    (GPT_AUGUST, "gpt-5.5", None, CACHED, "500*5 + 500*0.5 + 1000*30"),
    (GPT_AUGUST, "gpt-5.4", None, LONG_CACHED, "200000*5 + 100000*0.5 + 1000*22.5"),
    (GPT_AUGUST, "gpt-5.4-mini", None, CACHED, "500*0.75 + 500*0.075 + 1000*4.5"),
    (PRIORITY, "gpt-5", "priority", CACHED, "500*2.5 + 500*0.25 + 1000*20"),
    (PRIORITY, "gpt-5-mini", "priority", CACHED, "500*0.45 + 500*0.045 + 1000*3.6"),
    (PRIORITY, "gpt-5.5", "priority", CACHED, "500*12.5 + 500*1.25 + 1000*75"),
    (PRIORITY, "gpt-5.4", "priority", CACHED, "500*5 + 500*0.5 + 1000*30"),
    (PRIORITY, "gpt-4.1", "priority", CACHED, "500*3.5 + 500*0.875 + 1000*14"),
    (HASTE, "gpt-5.6-sol", "fast", CACHED, "500*8 + 500*0.8 + 1000*40"),
    (HASTE, "gpt-5.6-terra", "fast", LONG, "300000*8 + 1000*36"),
    (REALTIME, "gpt-realtime-1.5", None, SPOKEN, "400*4 + 600*32 + 200*16 + 800*64"),
    (REALTIME, "gpt-realtime-1.5", None, HEARD_AGAIN, "400*4 + 400*32 + 200*0.4"),
    (GEMINI_2025, "gemini-2.5-flash-image", None, Usage(10, 1290, image_output_tokens=1290), "10*0.3 + 1290*30"),
    (GEMINI_2025, "gemini-2.0-flash", None, HEARD, "600*0.1 + 400*0.7 + 1000*0.4"),
    (GEMINI_2025, "gemini-2.5-flash-preview-tts", None, Usage(100, 900, audio_output_tokens=900), "100*0.5 + 900*10"),
    (GEMINI_2025, "gemini-embedding-001", None, Usage(1000), "1000*0.15"),
    (GEMINI_AUGUST, "gemini-2.5-pro", None, CACHED, "500*1.25 + 500*0.125 + 1000*10"),
    (GEMINI_AUGUST, "gemini-2.5-pro", None, LONG_CACHED, "200000*2.5 + 100000*0.25 + 1000*15"),
    (GEMINI_AUGUST, "gemini-2.5-pro", "flex", CACHED, "500*0.625 + 500*0.125 + 1000*5"),
    (GEMINI_AUGUST, "gemini-2.5-pro", "flex", LONG, "300000*1.25 + 1000*7.5"),
    (GEMINI_AUGUST, "gemini-2.5-pro", "batch", LONG_CACHED, "200000*1.25 + 100000*0.25 + 1000*7.5"),
    (GEMINI_AUGUST, "gemini-2.5-pro", "priority", LONG_CACHED, "200000*4.5 + 100000*0.45 + 1000*27"),
    (GEMINI_AUGUST, "gemini-2.5-flash", "standard", HEARD_TWICE, "300*0.3 + 200*1 + 300*0.03 + 200*0.1 + 1000*2.5"),
    (GEMINI_AUGUST, "gemini-2.5-flash", "flex", HEARD, "600*0.15 + 400*0.5 + 1000*1.25"),
    (GEMINI_AUGUST, "gemini-2.5-flash", "batch", HEARD, "600*0.15 + 400*0.5 + 1000*1.25"),
    (GEMINI_AUGUST, "gemini-2.5-flash", "priority", HEARD_TWICE,
     "300*0.54 + 200*1.8 + 300*0.054 + 200*0.18 + 1000*4.5"),
    (GEMINI_AUGUST, "gemini-2.5-flash", None, SEARCHED, "1000*0.3 + 10*2.5 + 1*35000"),
    (GEMINI_SEPTEMBER, "gemini-2.5-flash-lite", None, HEARD, "600*0.1 + 400*0.3 + 1000*0.4"),
    (GEMINI_SEPTEMBER, "gemini-3-flash-preview", None, SEARCHED, "1000*0.5 + 10*3 + 3*14000"),
    (GEMINI_SEPTEMBER, "gemini-3.1-pro-preview", None, LONG_CACHED, "200000*4 + 100000*0.4 + 1000*18"),
    (GEMINI_SEPTEMBER, "gemini-3.5-flash", None, CACHED, "500*1.5 + 500*0.15 + 1000*9"),
    (GEMINI_SEPTEMBER, "gemini-3.8-flash", None, PLAIN, "1000*0.75 + 1000*3.75"),
    (GEMINI_SEPTEMBER, "gemini-3-pro-image-preview", None, Usage(100, 1120, image_output_tokens=1120),
     "100*2 + 1120*120"),
    (VERTEX, "gemini-2.5-flash", "ON_DEMAND", PLAIN, "1000*0.3 + 1000*2.5"),
    (VERTEX, "gemini-2.5-flash", "ON_DEMAND_FLEX", PLAIN, "1000*0.15 + 1000*1.25"),
    (VERTEX, "gemini-2.5-pro", "ON_DEMAND_PRIORITY", LONG, "300000*4.5 + 1000*27"),
    (VERTEX, "gemini-3.1-pro-preview", "ON_DEMAND", CACHED, "500*2 + 500*0.2 + 1000*12"),
    (VERTEX._replace(host="us-central1-aiplatform.googleapis.com"), "gemini-3.1-pro-preview", "ON_DEMAND", PLAIN,
     "1000*2.2 + 1000*13.2"),
    (VERTEX._replace(host="us-central1-aiplatform.googleapis.com"), "gemini-3.8-flash", None, Usage(1000, 0),
     "1000*0.825"),
    (XAI, "grok-4.3", None, CACHED, "500*1.25 + 500*0.2 + 1000*2.5"),
    (XAI, "grok-4-1-fast-reasoning", None, CACHED, "500*0.2 + 500*0.05 + 1000*0.5"),
    (XAI, "grok-4.20-0309-reasoning", None, Usage(1000, 10, web_searches=2, social_searches=1, code_executions=1),
     "1000*1.25 + 10*2.5 + 4*5000"),
    (XAI, "grok-4.3", None, Usage(1000, 10, file_searches=2), "1000*1.25 + 10*2.5 + 2*2500"),
    (PERPLEXITY, "sonar", "low", PLAIN, "1000*1 + 1000*1 + 1*5000"),
    (PERPLEXITY, "sonar", "medium", PLAIN, "1000*1 + 1000*1 + 1*8000"),
    (PERPLEXITY, "sonar-pro", "low", PLAIN, "1000*3 + 1000*15 + 1*6000"),
    (PERPLEXITY, "sonar-pro", "high", PLAIN, "1000*3 + 1000*15 + 1*14000"),
    (PERPLEXITY, "sonar-reasoning-pro", "medium", PLAIN, "1000*2 + 1000*8 + 1*10000"),
    (PERPLEXITY, "sonar-deep-research", None, Usage(1000, 1000, reasoning_output_tokens=600, web_searches=4),
     "1000*2 + 400*8 + 600*3 + 4*5000"),
    (DEEPSEEK, "deepseek-v4-pro", None, CACHED, "500*0.66 + 500*0.022 + 1000*1.98"),
    (DEEPSEEK, "deepseek-flash", None, CACHED, "500*0.15 + 500*0.003 + 1000*0.6"),
    (DEEPSEEK_2025, "deepseek-chat", None, CACHED, "500*0.27 + 500*0.07 + 1000*1.1"),
    (MISTRAL, "mistral-medium-3-5", None, PLAIN, "1000*1.5 + 1000*7.5"),
    (GROQ, "openai/gpt-oss-120b", None, PLAIN, "1000*0.15 + 1000*0.6"),
    (GROQ, "llama-3.3-70b-versatile", None, PLAIN, "1000*0.59 + 1000*0.79"),
    (GROQ, "whisper-large-v3-turbo", None, Usage(audio_seconds=Decimal(3600)), "1*40000"),
    (COHERE, "command-r-08-2024", None, PLAIN, "1000*0.15 + 1000*0.6"),
    (COHERE, "command-r7b-12-2024", None, PLAIN, "1000*0.0375 + 1000*0.15"),
    (COHERE, "embed-v4.0", None, Usage(1000), "1000*0.12"),
    (COHERE, "rerank-v4.0-pro", None, Usage(search_units=2), "2*2500"),
    (VOYAGE, "voyage-3.5", None, Usage(1000), "1000*0.06"),
    (VOYAGE, "rerank-2.5", None, Usage(1000), "1000*0.05"),
    (BEDROCK, "amazon.nova-pro-v1:0", None, PLAIN, "1000*0.8 + 1000*3.2"),
]  # fmt: skip
UNREAD = [
    (NOVA, "openai.gpt-oss-120b-1:0", "default", PLAIN, "1000*0.15 + 1000*0.6"),
    (NOVA, "openai.gpt-oss-120b-1:0", "flex", PLAIN, "1000*0.075 + 1000*0.3"),
    (NOVA, "openai.gpt-oss-120b-1:0", "priority", PLAIN, "1000*0.2625 + 1000*1.05"),
    (NOVA, "amazon.nova-lite-v1:0", "batch", PLAIN, "1000*0.03 + 1000*0.12"),
    (NOVA, "cohere.rerank-v3-5:0", None, Usage(search_units=1), "1*2000"),
    (DEEPGRAM, "nova-3", None, MINUTE, "1*4300.2"),
    (OCR, "mistral-ocr-latest", None, Usage(pages=10, annotated_pages=4), "6*4000 + 4*5000"),
    (VOICE, "eleven_multilingual_v2", None, Usage(characters=1000), "1000*80"),
    (PAINTER, "flux-pro-1.1", None, Usage(images=2), "2*40000"),
]  # fmt: skip
