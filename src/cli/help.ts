export const HELP = `llm-headroom batch requests.jsonl -o results.jsonl   send all lines, within the limits
llm-headroom plan requests.jsonl                     how long, how much, without sending
llm-headroom limits                                  what this key may do, by one cheap call

Lines are those of OpenAI's Batch API (custom_id, method, url, body) or of Anthropic's (custom_id,
params). Interrupted or killed: the same command goes on where it was.

  -o, --output FILE    where results are appended
  --model NAME         instead of the lines' own
  --base-url URL       a compatible host
  --key KEY            instead of OPENAI_API_KEY or ANTHROPIC_API_KEY; others on this machine can see it
  --tier TIER          your account's: 'tier 2', build
  --limits LIST        rpm=500,tpm=200000: limits that you know
  --concurrency N      calls in flight, at most
  --max-usd N          what this run may cost, at most
  --via batch-api      by the provider's Batch API, at half the price, within a day
  --deadline 6h        live in time, what no batch has answered by then
  --batch-size N       requests in one batch, at most
  --redis URL          share the limits with other processes
  --report FILE        a page about the run: rates, waits, 429s, spend, slow and failed calls
  --retry-failed       send lines again whose result is an error
  --dry-run            read both files, and send nothing
  --strict             send nothing where a line can't be used
  --provider NAME      openai or anthropic, for limits
  --quiet, --json      no progress; or as lines of JSON, on stdout
  -h, --help, -v, --version

Exit codes: 0 all fine, 1 some lines failed, 2 can't begin, 3 stopped (budget, disk, provider),
130 interrupted. More: docs/batch.md
`;
