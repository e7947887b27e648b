export const HELP = `Sends the calls of a file to OpenAI or Anthropic, within the limits of your account.

llm-headroom batch requests.jsonl -o results.jsonl   sends all calls of the file
llm-headroom plan requests.jsonl                     predicts their time and cost, sends nothing
llm-headroom limits                                  makes one cheap call, and shows your limits

Each line of the file is a call in the format of OpenAI's Batch API (custom_id, method, url, body)
or of Anthropic's (custom_id, params). To resume an interrupted run, run the same command again.

Which account
  --base-url URL       a compatible host
  --key KEY            the API key, which others on this machine can then see
                       (default: OPENAI_API_KEY or ANTHROPIC_API_KEY)
  --provider NAME      openai or anthropic; only for llm-headroom limits
  --account-tier TIER  your account's tier at the provider: 'tier 2', build
  --limits LIST        your limits, if the host doesn't show them: rpm=500,tpm=200000
  --redis URL          shares the limits with other processes

What is sent
  --model NAME         replaces the model of every line
  --concurrency N      at most N calls in flight
  --max-usd N          the most that this run may cost, in US dollars
  --retry-failed       sends calls again whose result is an error
  --strict             sends nothing if a line can't be used
  --dry-run            sends nothing: predicts time and cost of the calls without a result

Half price
  --via batch-api      uses the provider's Batch API: half the price, within a day
  --deadline TIME      from now (90m, 6h, 2d): what batches may not finish by then is sent live
  --batch-size N       at most N requests in one batch

Output
  -o, --output FILE    appends the results to this file
  --report FILE        writes a page about the run (HTML)
  --quiet              shows no progress
  --json               prints progress as lines of JSON to stdout
  -h, --help
  -v, --version

Exit codes: 0 success, 1 some calls failed or some lines can't be used, 2 couldn't begin,
3 stopped early (budget, disk, provider), 130 interrupted
`;
