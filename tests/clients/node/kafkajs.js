// The usual work of a kafkajs application. Prints what it saw, one fact a line, the same on every run.
//
//     NODE_PATH=.../node_modules node kafkajs.js BOOTSTRAP

const { pathToFileURL } = require('url')
const { CompressionTypes, CompressionCodecs, Kafka, logLevel, ConfigResourceTypes } = require('kafkajs')
const lz4 = require('lz4js')
const xxh32 = require('lz4js/xxh32')

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [process.argv[2]], logLevel: logLevel.NOTHING, retry: { retries: 8, initialRetryTime: 50 } })
const say = (what, value) => console.log(`${what}: ${JSON.stringify(value)}`)
// Kafka answers partitions in no order of theirs.
const byPartition = partitions => partitions.sort((a, b) => a.partition - b.partition)
const bytes = value => (value === null || value === undefined ? null : value.toString())

// What a call throws: its type and code, or null.
async function refusal(call) {
  try {
    await call()
    return null
  } catch (error) {
    const cause = (error.errors && error.errors[0]) || error.cause || error
    return [cause.name, cause.type || null, cause.message]
  }
}

async function codecs() {
  CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy')
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async encoder => independent(Buffer.from(lz4.compress(encoder.buffer))),
    decompress: async buffer => Buffer.from(lz4.decompress(buffer)),
  })
  const { Zstd } = await import(pathToFileURL(require.resolve('@hpcc-js/wasm-zstd')).href)
  const zstd = await Zstd.load()
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async encoder => Buffer.from(zstd.compress(encoder.buffer)),
    decompress: async buffer => Buffer.from(zstd.decompress(buffer)),
  })
}

// The frame with its flag "blocks are independent" set: they are, the library does not say so, and Kafka insists.
function independent(frame) {
  frame[4] |= 0x20
  frame[6] = (xxh32.hash(0, frame, 4, 2) >> 8) & 0xff
  return frame
}

async function produce() {
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  for (const codec of ['None', 'GZIP', 'Snappy', 'LZ4', 'ZSTD']) {
    const messages = [...Array(100).keys()].map(n => ({ key: `k${n}`, value: `${codec}-${n}`, headers: { codec, twice: ['a', 'b'] }, partition: n % 3 }))
    const answer = await producer.send({ topic: 'js-topic', compression: CompressionTypes[codec], acks: -1, messages })
    say(`produce ${codec}`, answer.map(p => [p.topicName, p.partition, p.errorCode, p.baseOffset]).sort())
  }
  await producer.send({ topic: 'js-topic', messages: [{ key: null, value: 'no key', partition: 0 }, { key: 'deleted', value: null, partition: 0 }] })
  await producer.send({ topic: 'js-topic', messages: [{ value: 'x'.repeat(900_000), partition: 0 }] })
  say('produce, too large', await refusal(() => producer.send({ topic: 'js-topic', messages: [{ value: Buffer.alloc(2_000_000), partition: 0 }] })))
  await producer.disconnect()
  const idempotent = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await idempotent.connect()
  const answer = await idempotent.send({ topic: 'js-topic', messages: [{ value: 'idempotent', partition: 1 }] })
  say('produce, idempotent', answer.map(p => [p.topicName, p.partition, p.errorCode, p.baseOffset]))
  await idempotent.disconnect()
}

// A member of a group that reads until `wanted` records are seen in all; gives them.
function member(groupId, seen, options = {}) {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, heartbeatInterval: 500, rebalanceTimeout: 10_000, maxWaitTimeInMs: 200, ...options })
  return {
    consumer,
    start: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: ['js-topic'], fromBeginning: true })
      const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, event => resolve(event.payload.memberAssignment)))
      await consumer.run({
        autoCommit: options.autoCommit ?? true,
        eachMessage: async ({ partition, message }) => {
          seen.push({ partition, offset: message.offset, key: bytes(message.key), value: bytes(message.value), headers: message.headers })
        },
      })
      return joined
    },
  }
}

async function until(what, condition) {
  const end = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within a minute`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function consume(admin) {
  const seen = []
  const first = member('js-group', seen)
  say('first member has', await first.start())
  await until('all records', () => seen.length === 504)
  const sum = {}
  for (const record of seen) sum[record.partition] = (sum[record.partition] || 0) + 1
  say('read', sum)
  say('headers', Object.entries(seen[0].headers).map(([name, value]) => [name, Array.isArray(value) ? value.map(bytes) : bytes(value)]))
  say('null records', seen.filter(r => r.value === null || r.key === null).map(r => [r.partition, r.offset, r.key, (r.value || '').length]).sort())
  const again = new Promise(resolve => first.consumer.on(first.consumer.events.GROUP_JOIN, event => resolve(event.payload.memberAssignment)))
  const second = member('js-group', seen)
  const theirs = await second.start()
  say('two members have', [Object.values(await again).flat().length, Object.values(theirs).flat().length].sort())
  const described = (await admin.describeGroups(['js-group'])).groups[0]
  say('described', [described.errorCode, described.state, described.protocolType, described.protocol, described.members.map(m => [m.clientId, m.clientHost])])
  say('delete, not empty', await refusal(() => admin.deleteGroups(['js-group'])))
  const alone = new Promise(resolve => first.consumer.on(first.consumer.events.GROUP_JOIN, event => resolve(event.payload.memberAssignment)))
  await second.consumer.disconnect()
  say('the one that stays has', await alone)
  await first.consumer.disconnect()
  const offsets = await admin.fetchOffsets({ groupId: 'js-group', topics: ['js-topic'] })
  say('committed', offsets.map(t => [t.topic, t.partitions]))
  say('groups', (await admin.listGroups()).groups)
  await admin.resetOffsets({ groupId: 'js-group', topic: 'js-topic', earliest: true })
  await admin.setOffsets({ groupId: 'js-group', topic: 'js-topic', partitions: [{ partition: 0, offset: '150' }] })
  say('set', await admin.fetchOffsets({ groupId: 'js-group', topics: ['js-topic'] }))
  say('delete', await admin.deleteGroups(['js-group']))
  say('delete, unknown', await refusal(() => admin.deleteGroups(['js-group'])))
}

// Reads from where it likes, commits by hand, and goes on there.
async function resume(admin) {
  const seen = []
  const reader = member('js-manual', seen, { autoCommit: false })
  await reader.start()
  await until('all records', () => seen.length === 504)
  reader.consumer.seek({ topic: 'js-topic', partition: 2, offset: '100' })
  await until('again from 100', () => seen.length === 504 + 65)
  say('after a seek', seen[504].offset)
  reader.consumer.seek({ topic: 'js-topic', partition: 2, offset: '100000' })
  await until('again from the start', () => seen.length === 504 + 65 + 165)
  say('from beyond the end', seen[504 + 65].offset)
  await reader.consumer.commitOffsets([0, 1, 2].map(partition => ({ topic: 'js-topic', partition, offset: '150', metadata: `by hand ${partition}` })))
  await reader.consumer.disconnect()
  const rest = []
  const again = member('js-manual', rest)
  await again.start()
  await until('the rest', () => rest.length === 504 - 450)
  say('resumes', [0, 1, 2].map(partition => rest.find(record => record.partition === partition).offset))
  await again.consumer.disconnect()
  say('committed', (await admin.fetchOffsets({ groupId: 'js-manual', topics: ['js-topic'] })).map(t => byPartition(t.partitions)))
}

async function administer(admin) {
  say('create', await admin.createTopics({ topics: [{ topic: 'js-topic', numPartitions: 3, replicationFactor: 1, configEntries: [{ name: 'retention.ms', value: '86400000' }] }] }))
  say('create again', await admin.createTopics({ topics: [{ topic: 'js-topic' }] }))
  say('create, bad name', await refusal(() => admin.createTopics({ topics: [{ topic: 'no/slash' }] })))
  say('create, bad setting', await refusal(() => admin.createTopics({ topics: [{ topic: 'bad', configEntries: [{ name: 'retention.ms', value: 'soon' }] }] })))
  say('create, too many replicas', await refusal(() => admin.createTopics({ topics: [{ topic: 'bad', replicationFactor: 3 }] })))
  say('metadata', (await admin.fetchTopicMetadata({ topics: ['js-topic'] })).topics)
  say('metadata, absent', await refusal(() => admin.fetchTopicMetadata({ topics: ['absent'] })))
  const configs = await admin.describeConfigs({ includeSynonyms: true, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'js-topic', configNames: ['retention.ms', 'cleanup.policy'] }] })
  say('describe configs', configs.resources)
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'js-topic', configEntries: [{ name: 'cleanup.policy', value: 'delete' }] }] })
  say('cluster', Object.keys(await admin.describeCluster()))
  await admin.createPartitions({ topicPartitions: [{ topic: 'js-topic', count: 4 }] })
  say('fewer partitions', await refusal(() => admin.createPartitions({ topicPartitions: [{ topic: 'js-topic', count: 2 }] })))
}

async function main() {
  await codecs()
  const admin = kafka.admin()
  await admin.connect()
  await administer(admin)
  await produce()
  say('offsets', byPartition(await admin.fetchTopicOffsets('js-topic')))
  await consume(admin)
  await resume(admin)
  say('offsets by time', byPartition(await admin.fetchTopicOffsetsByTimestamp('js-topic', 0)))
  await admin.deleteTopicRecords({ topic: 'js-topic', partitions: [{ partition: 0, offset: '100' }, { partition: 1, offset: '-1' }] })
  say('after deletion', byPartition(await admin.fetchTopicOffsets('js-topic')))
  say('delete records, out of range', await refusal(() => admin.deleteTopicRecords({ topic: 'js-topic', partitions: [{ partition: 0, offset: '100000' }] })))
  await admin.deleteTopics({ topics: ['js-topic'] })
  say('topics', (await admin.listTopics()).filter(name => !name.startsWith('__')))
  await admin.disconnect()
  console.log('ok')
}

main().then(
  () => process.exit(0),
  error => {
    console.error(error)
    process.exit(1)
  },
)
