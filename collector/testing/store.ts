// The store on a test's own ClickHouse: how it is reached, and opened with every table in place.
import type { TestClickHouse } from '@fenghuo/kit/testing';
import { migrate, openStore, type Store, type StoreConfig } from '../store/index.ts';

export const storeConfig = ({ url, user, password }: TestClickHouse, database = 'fenghuo'): StoreConfig => ({
  clickhouseUrl: url,
  clickhouseUser: user,
  clickhousePassword: password,
  clickhouseDatabase: database,
});

/** Migrates and opens it; whoever asked closes it. */
export const openTestStore = async (clickhouse: TestClickHouse): Promise<Store> => {
  await migrate(storeConfig(clickhouse));
  return openStore(storeConfig(clickhouse));
};
