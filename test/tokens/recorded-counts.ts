/**
 * What providers said that requests took (2023 to 2026): facts, of which requests are made that have as
 * many tokens. Of each: the host, the kind, the API, the model, whose the messages are (of the system,
 * the user, an assistant), the `o200k_base` tokens of their text, how many functions there are and the
 * tokens of their JSON together, those of the schema of the reply, and the input that was reported.
 */
const COUNTS = `
api.anthropic.com schema messages claude-haiku-4-5-20251001 su 42 - 53 265
api.anthropic.com schema messages claude-opus-4-6 u 4 - 58 231
api.anthropic.com schema messages claude-sonnet-4-5 u 10 - 62 222
api.anthropic.com text messages claude-2.1 su 10 - - 19
api.anthropic.com text messages claude-3-5-haiku-20241022 u 5 - - 12
api.anthropic.com text messages claude-3-5-haiku-20241022 u 7 - - 15
api.anthropic.com text messages claude-3-5-haiku-20241022 u 8 - - 16
api.anthropic.com text messages claude-3-5-sonnet-20240620 su 24 - - 33
api.anthropic.com text messages claude-3-5-sonnet-20241022 u 2 - - 9
api.anthropic.com text messages claude-3-7-sonnet-20250219 u 4 - - 11
api.anthropic.com text messages claude-3-haiku-20240307 su 11 - - 18
api.anthropic.com text messages claude-3-haiku-20240307 su 12 - - 19
api.anthropic.com text messages claude-3-haiku-20240307 u 7 - - 14
api.anthropic.com text messages claude-3-opus-20240229 u 10 - - 22
api.anthropic.com text messages claude-3-opus-20240229 u 17 - - 27
api.anthropic.com text messages claude-3-opus-latest su 13 - - 20
api.anthropic.com text messages claude-haiku-4-5 u 1 - - 8
api.anthropic.com text messages claude-haiku-4-5 uu 15 - - 26
api.anthropic.com text messages claude-haiku-4-5-20251001 u 10 - - 17
api.anthropic.com text messages claude-opus-4-6 u 7 - - 14
api.anthropic.com text messages claude-opus-4-6 u 10 - - 17
api.anthropic.com text messages claude-opus-4-7 u 7 - - 54
api.anthropic.com text messages claude-sonnet-4-0 u 9 - - 16
api.anthropic.com text messages claude-sonnet-4-0 u 26 - - 35
api.anthropic.com text messages claude-sonnet-4-20250514 su 97 - - 118
api.anthropic.com text messages claude-sonnet-4-5 u 10 - - 17
api.anthropic.com text messages claude-sonnet-4-5-20250929 u 13 - - 22
api.anthropic.com text messages claude-sonnet-4-6 u 6 - - 14
api.anthropic.com text messages claude-sonnet-4-6 u 13 - - 21
api.anthropic.com tools messages claude-3-5-haiku-20241022 su 80 1:54 - 430
api.anthropic.com tools messages claude-3-5-haiku-20241022 su 104 1:74 - 488
api.anthropic.com tools messages claude-3-5-sonnet-20240620 u 11 2:146 - 506
api.anthropic.com tools messages claude-3-5-sonnet-20240620 u 19 2:146 - 514
api.anthropic.com tools messages claude-3-opus-20240229 u 10 1:34 - 599
api.anthropic.com tools messages claude-fable-5 su 57 2:112 - 594
api.anthropic.com tools messages claude-haiku-4-5 su 57 2:112 - 657
api.anthropic.com tools messages claude-haiku-4-5 su 81 1:46 - 423
api.anthropic.com tools messages claude-haiku-4-5-20251001 su 35 1:44 - 608
api.anthropic.com tools messages claude-opus-5 su 57 2:112 - 590
api.anthropic.com tools messages claude-sonnet-4-0 u 6 1:37 - 377
api.anthropic.com tools messages claude-sonnet-4-0 u 7 1:54 - 401
api.anthropic.com tools messages claude-sonnet-4-20250514 su 295 1:222 - 933
api.anthropic.com tools messages claude-sonnet-4-5 u 14 1:37 - 753
api.anthropic.com tools messages claude-sonnet-4-5-20250929 u 11 1:63 - 599
api.anthropic.com tools messages claude-sonnet-4-6 su 174 3:164 - 951
api.anthropic.com tools messages claude-sonnet-4-6 u 23 2:146 - 721
api.anthropic.com turns messages claude-3-opus-20240229 uua 63 - - 84
api.anthropic.com turns messages claude-haiku-4-5-20251001 uua 20 - - 33
api.anthropic.com turns messages claude-opus-4-8 sssuuua 50 - - 86
api.anthropic.com turns messages claude-opus-4-8 ssuua 35 - - 64
api.anthropic.com turns messages claude-opus-4-8 ssuua 38 - - 68
api.cerebras.ai text chat gpt-oss-120b u 7 - - 74
api.cerebras.ai text chat gpt-oss-120b u 12 - - 79
api.cerebras.ai text chat gpt-oss-120b u 13 - - 80
api.cerebras.ai text chat llama3.3-70b u 7 - - 42
api.cloudflare.com text chat @cf/meta/llama-3.3-70b-instruct-fp8-fast su 24 - - 62
api.cloudflare.com text chat @cf/meta/llama-3.3-70b-instruct-fp8-fast u 8 - - 43
api.cloudflare.com turns chat @cf/meta/llama-3.3-70b-instruct-fp8-fast uua 19 - - 64
api.deepseek.com text chat deepseek-chat u 7 - - 11
api.deepseek.com text chat deepseek-chat u 24 - - 33
api.deepseek.com text chat deepseek-reasoner u 1 - - 6
api.deepseek.com text responses deepseek-v4-flash u 4 - - 87
api.deepseek.com text responses deepseek-v4-flash u 7 - - 90
api.deepseek.com text responses deepseek-v4-flash u 12 - - 95
api.deepseek.com tools chat deepseek-chat u 6 1:58 - 297
api.deepseek.com tools chat deepseek-chat u 22 1:90 - 355
api.deepseek.com tools chat deepseek-chat u 29 1:96 - 371
api.deepseek.com tools chat deepseek-v4-flash su 27 1:39 - 297
api.deepseek.com tools responses deepseek-v4-flash u 7 1:52 - 366
api.deepseek.com tools responses deepseek-v4-flash u 7 1:61 - 376
api.deepseek.com turns chat deepseek-v4-flash uua 19 - - 27
api.groq.com text chat deepseek-r1-distill-llama-70b su 18 - - 21
api.groq.com text chat llama-3.3-70b-versatile su 13 - - 48
api.groq.com text chat llama-3.3-70b-versatile u 1 - - 48
api.groq.com text chat llama3-8b-8192 u 9 - - 18
api.groq.com text chat openai/gpt-oss-120b u 13 - - 84
api.groq.com text chat qwen/qwen3-32b u 13 - - 21
api.groq.com tools chat meta-llama/llama-4-maverick-17b-128e-instruct u 18 1:32 - 711
api.groq.com tools chat meta-llama/llama-4-maverick-17b-128e-instruct u 19 1:32 - 712
api.groq.com tools chat meta-llama/llama-4-scout-17b-16e-instruct u 6 1:50 - 717
api.inference.crusoecloud.com text chat meta-llama/Llama-3.3-70B-Instruct u 11 - - 46
api.inference.crusoecloud.com text chat zai/GLM-5.2 u 8 - - 20
api.inference.crusoecloud.com tools chat zai/GLM-5.2 u 7 1:53 - 167
api.mistral.ai text chat magistral-small-latest u 13 - - 28
api.mistral.ai text chat ministral-8b-latest u 25 - - 28
api.mistral.ai text chat mistral-large-latest su 24 - - 32
api.mistral.ai text chat mistral-large-latest u 6 - - 9
api.mistral.ai text chat mistral-small-latest u 7 - - 22
api.mistral.ai text chat mistral-small-latest u 24 - - 41
api.mistral.ai text chat mistral-tiny u 7 - - 11
api.mistral.ai tools chat mistral-large-latest u 6 1:45 - 72
api.mistral.ai tools chat mistral-medium-latest u 13 1:29 - 61
api.mistral.ai tools chat mistral-medium-latest u 18 1:27 - 64
api.mistral.ai tools chat mistral-small-latest u 6 1:58 - 99
api.mistral.ai tools chat mistral-small-latest u 15 1:44 - 89
api.mistral.ai tools chat mistral-small-latest u 22 1:86 - 153
api.mistral.ai tools chat pixtral-12b-latest u 19 1:27 - 65
api.openai.com text chat gpt-3.5-turbo u 11 - - 18
api.openai.com text chat gpt-3.5-turbo u 13 - - 20
api.openai.com text chat gpt-3.5-turbo u 217 - - 224
api.openai.com text chat gpt-4 su 126 - - 138
api.openai.com text chat gpt-4 u 7 - - 15
api.openai.com text chat gpt-4 u 34 - - 41
api.openai.com text chat gpt-4.1-mini su 196 - - 207
api.openai.com text chat gpt-4.1-mini su 263 - - 274
api.openai.com text chat gpt-4.1-mini su 283 - - 294
api.openai.com text chat gpt-4.1-nano u 13 - - 20
api.openai.com text chat gpt-4.1-nano-2025-04-14 u 7 - - 14
api.openai.com text responses gpt-4.1 su 10 - - 21
api.openai.com text responses gpt-4.1 u 6 - - 36
api.openai.com text responses gpt-4.1-nano u 7 - - 14
api.openai.com tools chat muse-spark-1.1 u 8 1:35 - 57
api.openai.com turns chat gpt-4.1-mini suaa 702 - - 721
api.openai.com turns chat gpt-4.1-nano uua 28 - - 43
api.openai.com turns chat gpt-4o sua 876 - - 891
api.openai.com turns chat gpt-4o-2024-08-06 suuua 459 - - 489
api.openai.com turns chat gpt-5.4 uua 19 - - 35
api.openai.com turns responses gpt-4.1 suuaa 47 - - 70
api.openai.com turns responses gpt-4.1 uua 423 - - 435
api.openai.com turns responses gpt-4o suua 28 - - 47
api.openai.com turns responses gpt-5.4 uua 9 - - 25
api.openai.com turns responses gpt-5.4 uua 19 - - 35
api.perplexity.ai text chat sonar u 7 - - 8
api.together.ai text chat meta-llama/Llama-3.3-70B-Instruct-Turbo u 6 - - 41
api.together.ai text chat meta-llama/Llama-3.3-70B-Instruct-Turbo u 11 - - 46
api.together.xyz text chat mistralai/Mixtral-8x7B-Instruct-v0.1 u 8 - - 18
api.x.ai schema responses grok-4.3 u 5 - 33 248
api.x.ai schema responses grok-4.3 u 11 - 33 254
api.x.ai text responses grok-4.3 u 7 - - 199
api.x.ai text responses grok-4.3 u 10 - - 202
api.x.ai text responses grok-4.3 u 12 - - 204
api.x.ai tools responses grok-4.3 u 6 1:59 - 293
api.x.ai tools responses grok-4.3 u 15 1:45 - 283
api.x.ai tools responses grok-4.3 u 29 1:97 - 366
bedrock-mantle text responses openai.gpt-oss-120b u 5 - - 72
bedrock-mantle text responses openai.gpt-oss-20b u 6 - - 73
cognitiveservices.azure.com text responses gpt-5-nano su 16 - - 26
databricks schema chat databricks-claude-3-7-sonnet u 38 - 40 458
databricks schema chat databricks-claude-3-7-sonnet uua 91 - 40 534
databricks schema chat databricks-claude-3-7-sonnet uuuaa 116 - 33 551
databricks text chat databricks-claude-3-7-sonnet u 6 - - 14
databricks tools chat databricks-claude-3-7-sonnet su 18 1:40 - 396
databricks tools chat databricks-claude-3-7-sonnet su 18 1:41 - 397
databricks tools chat databricks-claude-3-7-sonnet su 27 1:39 - 402
databricks turns chat databricks-claude-3-7-sonnet uua 19 - - 32
databricks turns chat databricks-claude-3-7-sonnet uua 21 - - 36
databricks turns chat databricks-claude-3-7-sonnet uuuuaaa 134 - - 193
generativelanguage.googleapis.com tools chat gemini-2.5-pro-preview-05-06 u 6 1:38 - 35
ollama.com text chat gpt-oss:120b u 7 - - 74
openai.azure.com text chat gpt-3.5-turbo u 17 - - 24
openai.azure.com text chat gpt-35-turbo u 9 - - 18
openai.azure.com text chat openllmetry-testing u 9 - - 16
openai.azure.com text responses gpt-5.2-chat u 6 - - 12
openrouter.ai schema chat anthropic/claude-haiku-4.5 u 11 - 33 181
openrouter.ai text chat anthropic/claude-haiku-4.5 u 7 - - 15
openrouter.ai text chat anthropic/claude-opus-5 u 7 - - 14
openrouter.ai text chat anthropic/claude-sonnet-4.6 su 9 - - 17
openrouter.ai text chat anthropic/claude-sonnet-4.6 su 211 - - 260
openrouter.ai text chat anthropic/claude-sonnet-4.6 u 287 - - 294
openrouter.ai text chat deepseek/deepseek-r1 u 7 - - 10
openrouter.ai text chat google/gemini-2.5-flash su 211 - - 211
openrouter.ai text chat google/gemini-2.5-flash-lite u 2 - - 31
openrouter.ai text chat meta-llama/llama-3.2-3b-instruct su 50 - - 66
openrouter.ai text chat minimax/minimax-m2:free u 2 - - 43
openrouter.ai text chat openai/gpt-4o-mini u 7 - - 14
openrouter.ai text chat openai/gpt-4o-mini u 13 - - 20
openrouter.ai text chat openai/gpt-4o-mini-2024-07-18 su 16 - - 27
openrouter.ai text chat openai/gpt-5-mini su 7 - - 17
openrouter.ai text chat openai/gpt-5-mini u 2 - - 8
openrouter.ai text chat openai/gpt-5-mini u 67 - - 73
openrouter.ai text chat openai/gpt-oss-120b u 7 - - 74
openrouter.ai text chat z-ai/glm-4.6 u 19 - - 24
openrouter.ai text responses openai/gpt-oss-20b u 7 - - 78
openrouter.ai tools chat anthropic/claude-haiku-4.5 u 7 1:48 - 571
openrouter.ai tools chat anthropic/claude-haiku-4.5 u 22 1:90 - 646
openrouter.ai tools chat anthropic/claude-sonnet-4-5 u 1 1:38 - 550
openrouter.ai tools chat anthropic/claude-sonnet-4-5 u 1 1:46 - 550
openrouter.ai tools chat anthropic/claude-sonnet-4.5 u 8 1:47 - 568
openrouter.ai tools chat google/gemini-2.5-flash u 15 1:44 - 25
openrouter.ai turns chat anthropic/claude-haiku-4.5 suua 291 - - 326
openrouter.ai turns chat anthropic/claude-haiku-4.5 uua 97 - - 124
openrouter.ai turns chat google/gemini-2.5-flash ssu 218 - - 219
openrouter.ai turns chat openai/gpt-4o-mini-2024-07-18 uuuuaaa 134 - - 165
openrouter.ai turns chat openai/gpt-5-mini uua 25 - - 41
router.huggingface.co schema chat meta-llama/Llama-3.1-8B-Instruct u 38 - 40 209
router.huggingface.co schema chat meta-llama/Llama-3.1-8B-Instruct uuuaa 116 - 33 294
router.huggingface.co text chat deepseek-ai/DeepSeek-R1 u 1 - - 4
router.huggingface.co text chat deepseek-ai/DeepSeek-R1 u 7 - - 10
router.huggingface.co text chat meta-llama/llama-3.1-8b-instruct u 5 - - 40
router.huggingface.co tools chat meta-llama/Llama-3.1-8B-Instruct su 18 1:40 - 507
router.huggingface.co turns chat meta-llama/Llama-3.1-8B-Instruct uua 19 - - 64
router.huggingface.co turns chat meta-llama/Llama-3.1-8B-Instruct uuuuaaa 135 - - 200
services.ai.azure.com schema chat grok-4-1-fast-non-reasoning u 5 - 33 78
services.ai.azure.com text chat grok-4-1-fast-non-reasoning u 7 - - 7
services.ai.azure.com text chat grok-4-1-fast-non-reasoning u 24 - - 24
services.ai.azure.com text chat grok-4-1-fast-non-reasoning u 530 - - 524
services.ai.azure.com text responses gpt-5-nano u 12 - - 18
services.ai.azure.com text responses gpt-5.6-luna u 6 - - 12
services.ai.azure.com tools chat grok-4-1-fast-non-reasoning u 19 1:61 - 225
services.ai.azure.com tools chat grok-4-1-fast-non-reasoning u 22 1:86 - 249
services.ai.azure.com tools chat grok-4-1-fast-non-reasoning u 29 1:92 - 262
services.ai.azure.com turns chat grok-4-1-fast-non-reasoning uua 20 - - 31
services.ai.azure.com turns chat grok-4-1-fast-non-reasoning uua 70 - - 81
snowflake schema chat claude-sonnet-4-6 u 4 - 33 668
snowflake text chat claude-sonnet-4-6 u 14 - - 22
snowflake text chat llama3.1-8b su 72 - - 89
snowflake text chat openai-gpt-4.1 u 14 - - 21
snowflake tools chat claude-sonnet-4-6 u 14 1:42 - 568
`;

/** One recorded request, as numbers. */
export interface RecordedCount {
  readonly host: string;
  readonly kind: string;
  readonly api: string;
  readonly model: string;
  /** A letter for each message. */
  readonly roles: string;
  readonly text: number;
  readonly tools: number;
  readonly toolsJson: number;
  readonly schema: number;
  readonly recorded: number;
}

export const RECORDED_COUNTS: readonly RecordedCount[] = COUNTS.trim()
  .split('\n')
  .map((line) => {
    const [host = '', kind = '', api = '', model = '', roles = '', ...numbers] = line.split(' ');
    const [text, offered = '', schema, recorded] = numbers;
    const [tools, toolsJson] = offered.split(':');
    return {
      host,
      kind,
      api,
      model,
      roles,
      text: count(text),
      tools: count(tools),
      toolsJson: count(toolsJson),
      schema: count(schema),
      recorded: count(recorded),
    };
  });

function count(text = ''): number {
  return Number(text) || 0;
}
