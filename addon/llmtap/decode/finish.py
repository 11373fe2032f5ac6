"""What a provider's finish reason means, in six words that all providers share; the provider's own word is kept beside.

The words are those of providers.md 1.7 (vendor pages and recorded traffic) and of the enumerations in vendors' SDKs; a
word that is not here means `other`.
"""

from typing import Literal

type Finish = Literal["stop", "length", "tool", "filter", "error", "other"]

_WORDS: dict[Finish, str] = {
    "stop": (
        "stop end_turn stop_sequence complete completed eos eos_token endoftext finish finished done pause_turn "
        "normal stop_criteria_met succeeded end_of_text word reason_stop alternative_status_final stop_before "
        "compaction success need_more_input input_required end_of_turn end_of_message "
        "close_requested remote_hangup"
    ),
    "length": (
        "length max_tokens max_output_tokens model_context_window_exceeded incomplete model_length context_length "
        "max_length limit maximum_tokens token_limit time_limit reason_max_len reason_max_context reason_time_limit "
        "alternative_status_truncated_final max_completion_tokens max_prompt_tokens max_messages continuation "
        "requires_continuation budget_exceeded budget_reached out_of_tokens"
    ),
    "tool": (
        "tool_calls tool_call function_call tool_use requires_action reason_tool_calls alternative_status_tool_calls"
    ),
    "filter": (
        "content_filter content_filtered safety recitation language blocklist blacklist prohibited_content spii "
        "model_armor refusal guardrail_intervened error_toxic sensitive input_sensitive output_sensitive no_image "
        "image_safety image_prohibited_content image_recitation image_other alternative_status_content_filter "
        "escalation pup_limited_disabled jailbreak response_rejected prohibited_input_content "
        "image_prohibited_input_content input_text_contain_prominent_person_prohibited input_image_celebrity "
        "input_ip_prohibited input_other input_image_photo_realistic_child_prohibited input_text_ncii_prohibited "
        "unsafe_prompt_for_image_generation generated_image_safety generated_content_safety generated_audio_safety "
        "generated_video_safety generated_content_prohibited generated_content_blocklist generated_image_prohibited "
        "generated_image_celebrity generated_image_prominent_people_detected_by_rewriter "
        "generated_image_identifiable_people generated_image_minors output_image_ip_prohibited generated_other"
    ),
    "error": (
        "error failed cancelled canceled aborted timeout load unload malformed_function_call malformed_response "
        "malformed_model_output malformed_tool_use unexpected_tool_call too_many_tool_calls "
        "missing_thought_signature network_error insufficient_system_resource retries_exhausted connection_lost"
    ),
}
_MEANING: dict[str, Finish] = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}


def finish(reason: str) -> Finish:
    """Return what `reason` means; case does not matter, nor whether words are joined by a hyphen (Vercel's AI SDK)."""
    return _MEANING.get(reason.lower().replace("-", "_"), "other")
