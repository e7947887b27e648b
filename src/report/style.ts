/** The page's only style sheet. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --ink: #1c1e21; --soft: #5b6470; --line: #e3e6ea;
  --bar: #2f6fde; --limit: #d0421b; --card: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171b; --ink: #e7eaee; --soft: #98a3b0; --line: #2b3138; --bar: #6ea2ff;
    --limit: #ff8a5c; --card: #1d2228; }
}
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--back);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.when, small, figure, th { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem;
  list-style: none; padding: 0; }
.cards li { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; display: grid;
  align-content: start; }
.cards b { font-size: 1.2rem; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0 0; display: grid; grid-template-columns: 3.2rem minmax(0, 1fr);
  column-gap: .5rem; font-variant-numeric: tabular-nums; }
figcaption { grid-column: 1 / 3; margin-bottom: .75rem; }
.y, .x { position: relative; font-size: .8rem; line-height: 1.2em; height: 1.2em; }
.y { height: 150px; } .x { grid-column: 2; margin-top: .3rem; }
.y span { position: absolute; right: 0; transform: translateY(-50%); }
.x span { position: absolute; }
svg { width: 100%; height: 150px; overflow: visible; }
svg line, svg path { vector-effect: non-scaling-stroke; stroke: var(--line); }
svg rect { fill: var(--bar); }
svg path { fill: none; stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 5 3; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } th { font-weight: 500; }
td:first-child { min-width: min(9rem, 28vw); } td:nth-child(n+3),
tr:has(:nth-child(5)) :nth-child(2) { white-space: nowrap; }
@media (max-width: 40rem) { h1 { font-size: 1.2rem; } table { font-size: .85rem; }
  .x span:nth-child(even) { display: none; } }
`;
