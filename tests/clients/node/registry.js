// Confluent's own JavaScript client and its Avro serialiser and deserialiser against the registry.
//   NODE_PATH=.../node_modules node registry.js REGISTRY_URL

const assert = require('node:assert/strict');
const { SchemaRegistryClient, AvroSerializer, AvroDeserializer, SerdeType } = require('@confluentinc/schemaregistry');

const url = process.argv[2];
const record = (name, ...fields) => ({
  schemaType: 'AVRO',
  schema: JSON.stringify({ type: 'record', name, namespace: 'js', fields }),
});
const text = (info) => JSON.stringify(JSON.parse(info.schema));
const NAME = { name: 'name', type: 'string' };
const AGE = { name: 'age', type: ['null', 'int'], default: null };
const USER = record('User', NAME);
const GROWN = record('User', NAME, AGE);
const BROKEN = record('User', { name: 'name', type: 'int' });

// A client with empty caches, so that the registry is asked.
const client = () => new SchemaRegistryClient({ baseURLs: [url], cacheCapacity: 100, maxRetries: 0 });

async function fails(status, code, promise) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual([error.status, error.errorCode], [status, code], String(error));
    return true;
  });
}

async function registersAndFinds() {
  const registry = client();
  const first = await registry.register('js-value', USER);
  assert.equal(await client().register('js-value', USER), first);
  const full = await registry.registerFullResponse('js-value', GROWN);
  assert.ok(full.id > first);
  assert.equal(full.schema, text(GROWN));
  assert.deepEqual(await registry.getAllVersions('js-value'), [1, 2]);
  assert.ok((await registry.getAllSubjects()).includes('js-value'));
  assert.equal((await registry.getLatestSchemaMetadata('js-value')).id, full.id);
  const version = await registry.getSchemaMetadata('js-value', 1);
  assert.deepEqual([version.id, version.version, version.schema], [first, 1, text(USER)]);
  assert.equal((await client().getBySubjectAndId('js-value', first)).schema, text(USER));
  assert.equal((await client().getByGuid(version.guid)).schema, text(USER));
  assert.equal(await client().getId('js-value', GROWN), full.id);
  assert.equal(await client().getVersion('js-value', GROWN), 2);
  await fails(404, 40401, client().getAllVersions('nobody'));
  await fails(404, 40402, client().getSchemaMetadata('js-value', 9));
  await fails(404, 40403, client().getBySubjectAndId('js-value', 99999));
  await fails(422, 42201, client().register('js-value', { schemaType: 'AVRO', schema: '{"type":"nope"}' }));
}

async function judgesCompatibility() {
  const registry = client();
  assert.equal(await registry.testSubjectCompatibility('js-value', BROKEN), false);
  assert.equal(await registry.testCompatibility('js-value', 1, GROWN), true);
  await fails(409, 40901, registry.register('js-value', BROKEN));
  assert.equal(await registry.getDefaultCompatibility(), 'BACKWARD');
  await fails(404, 40408, registry.getCompatibility('js-value'));
  assert.equal(await registry.updateCompatibility('js-value', 'NONE'), 'NONE');
  assert.equal(await client().getCompatibility('js-value'), 'NONE');
  await registry.updateConfig('js-value', { compatibility: 'FULL', normalize: true });
  const config = await client().getConfig('js-value');
  assert.deepEqual([config.compatibilityLevel, config.normalize], ['FULL', true]);
}

async function serialisesWithReferences() {
  const registry = client();
  await registry.register('js-address', record('Address', { name: 'city', type: 'string' }));
  const person = record('Person', NAME, { name: 'home', type: 'js.Address' });
  person.references = [{ name: 'js.Address', subject: 'js-address', version: 1 }];
  await registry.register('person-value', person);
  const value = { name: 'Ada', home: { city: 'London' } };
  const latest = { autoRegisterSchemas: false, useLatestVersion: true };
  const data = await new AvroSerializer(registry, SerdeType.VALUE, latest).serialize('person', value);
  assert.equal(data[0], 0);
  const back = await new AvroDeserializer(client(), SerdeType.VALUE, {}).deserialize('person', data);
  assert.deepEqual(JSON.parse(JSON.stringify(back)), value);
  await fails(422, 42206, client().deleteSubject('js-address', false));
}

async function serialisesWithNewSchemas() {
  const registry = client();
  const conf = { autoRegisterSchemas: true };
  const data = await new AvroSerializer(registry, SerdeType.VALUE, conf).serialize('auto', { count: 7 });
  assert.deepEqual(await client().getAllVersions('auto-value'), [1]);
  const back = await new AvroDeserializer(client(), SerdeType.VALUE, {}).deserialize('auto', data);
  assert.equal(back.count, 7);
}

async function choosesByMetadata() {
  const registry = client();
  for (const owner of ['red', 'blue']) {
    await registry.register('js-owned-value', { ...USER, metadata: { properties: { owner } } });
  }
  assert.equal((await registry.getLatestWithMetadata('js-owned-value', { owner: 'red' })).version, 1);
}

async function deletes() {
  const registry = client();
  assert.equal(await registry.deleteSubjectVersion('js-value', 1, false), 1);
  assert.deepEqual(await client().getAllVersions('js-value'), [2]);
  await fails(404, 40405, registry.deleteSubject('js-value', true));
  assert.deepEqual(await registry.deleteSubject('js-value', false), [2]);
  assert.ok(!(await client().getAllSubjects()).includes('js-value'));
}

(async () => {
  for (const part of [
    registersAndFinds,
    judgesCompatibility,
    serialisesWithReferences,
    serialisesWithNewSchemas,
    choosesByMetadata,
    deletes,
  ]) {
    await part();
  }
  console.log('ok');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
