import { mariadbDatabase, mariadbIsThere, sqliteDatabase, type TemporaryDatabase } from '#libs/testing/databases';
import { startTestService, type TestService } from '#libs/testing/services';

import { activitiesService } from './activities.module.js';

/** For tests: the service on an empty SQLite database, and on MariaDB where one runs. */
export function describeServiceOnEachDatabase(title: string, tests: (get: () => TestService) => void): void {
  describe(`${title} on SQLite`, () => withService(sqliteDatabase, tests));
  const run = mariadbIsThere ? describe : describe.skip;
  run(`${title} on MariaDB${mariadbIsThere ? '' : ' (skipped: no server on 127.0.0.1:3306)'}`, () => withService(mariadbDatabase, tests));
}

function withService(make: () => Promise<TemporaryDatabase>, tests: (get: () => TestService) => void): void {
  let service: TestService;
  let database: TemporaryDatabase;
  beforeAll(async () => {
    database = await make();
    service = await startTestService(activitiesService, { database: database.config });
  });
  afterAll(async () => {
    await service.close();
    await database.remove();
  });
  tests(() => service);
}
