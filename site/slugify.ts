/** As GitHub names headings, so that links to them hold in both places. */
export function slugify(heading: string): string {
  const words = heading.trim().toLowerCase().replaceAll(' ', '-');
  return words.replace(/[^\p{Letter}\p{Number}_-]/gu, '');
}
