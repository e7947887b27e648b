// #region stores

import { postgresStore } from 'llm-headroom/postgres';
import { Pool } from 'pg';

const byUrl = postgresStore('postgres://user:password@db:5432/app');
const byPool = postgresStore(new Pool({ max: 5 })); // it stays yours to close
// #endregion stores

for (const store of [byUrl, byPool]) console.log(store.member !== '', await store.close());
