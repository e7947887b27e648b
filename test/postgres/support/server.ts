import pg from 'pg';

export const POSTGRES_URL: string =
  process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

export async function isThere(): Promise<boolean> {
  const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 1000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
