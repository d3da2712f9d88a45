// One thing that a PouchDB client does, in a process of its own; prints one JSON object.
//   build DIR RECORDS        these records as documents in a local leveldb database
//   delta DIR RECORDS        new documents and new revisions
//   push|pull DIR URL        one replication with the default batch sizes
//   sync DIR URL             push, then pull: what an application does on "sync now"
//   retry DIR URL TRIES      push again and again until it ends without an error
//   count DIR                documents and a hash of all
// Connections are kept open, at most six, as in a browser; Node alone would open one a request.
// $LINE_CONTROL is the proxy's control port: it counts from just before the replication.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const net = require('net');
const PouchDB = require('pouchdb');

const CONTROL = Number(process.env.LINE_CONTROL || 0);
const PAUSE_MS = 300;

function tellLine(command) {
  if (!CONTROL) return Promise.resolve({});
  return new Promise((resolve, reject) => {
    const socket = net.connect(CONTROL, '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data;
      if (text.includes('\n')) {
        socket.end();
        resolve(JSON.parse(text));
      }
    });
    socket.write(`${JSON.stringify({ cmd: command })}\n`);
  });
}

const peakMb = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

function cpuSeconds() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
}

function documents(file) {
  return fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => {
    const { id, _t, ...fields } = JSON.parse(line);
    return { _id: id, t: _t, ...fields };
  });
}

async function build(database, file) {
  const all = documents(file);
  for (let place = 0; place < all.length; place += 500) await database.bulkDocs(all.slice(place, place + 500));
  return { docs: (await database.info()).doc_count };
}

async function delta(database, file) {
  const all = documents(file);
  const found = await database.allDocs({ keys: all.map((document) => document._id) });
  let edited = 0;
  found.rows.forEach((row, place) => {
    if (row.value && !row.error) {
      all[place]._rev = row.value.rev;
      edited += 1;
    }
  });
  await database.bulkDocs(all);
  return { docs: (await database.info()).doc_count, edited };
}

async function count(database) {
  const all = await database.allDocs({ include_docs: true });
  const hash = crypto.createHash('sha256');
  all.rows.forEach((row) => hash.update(JSON.stringify(row.doc)));
  return { docs: all.rows.length, hash: hash.digest('hex').slice(0, 12) };
}

async function replicate(database, url, ways) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });
  const far = new PouchDB(url, { fetch: (address, options) => PouchDB.fetch(address, { ...options, agent }) });
  let written = 0;
  if (ways.includes('push')) written += (await PouchDB.replicate(database, far)).docs_written;
  if (ways.includes('pull')) written += (await PouchDB.replicate(far, database)).docs_written;
  return written;
}

async function measured(work) {
  await tellLine('reset');
  const idle = peakMb();
  const used = cpuSeconds();
  const start = Date.now();
  const done = await work();
  const figures = { seconds: (Date.now() - start) / 1000, cpu_s: cpuSeconds() - used };
  return { ...done, ...figures, idle_mb: idle, peak_mb: peakMb(), net: await tellLine('stats') };
}

function once(ways) {
  return (database, url) => measured(async () => ({ ok: true, written: await replicate(database, url, ways) }));
}

function retry(database, url, tries) {
  return measured(async () => {
    const faults = new Set();
    const sent = [];
    for (let number = 1; number <= Number(tries); number += 1) {
      const before = await tellLine('stats');
      let done = false;
      try {
        await replicate(database, url, ['push']);
        done = true;
      } catch (fault) {
        faults.add(String(fault.message || fault.reason || fault).slice(0, 80));
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      const after = await tellLine('stats');
      sent.push([after.up - before.up, after.down - before.down]);
      if (done) return { ok: true, tries: number, a_try: sent };
    }
    return { ok: false, tries: Number(tries), a_try: sent, faults: [...faults] };
  });
}

const OPERATIONS = {
  build, delta, count, retry, push: once(['push']), pull: once(['pull']), sync: once(['push', 'pull']),
};

(async () => {
  const [operation, folder, ...words] = process.argv.slice(2);
  const database = new PouchDB(folder);
  await database.info();
  const answer = await OPERATIONS[operation](database, ...words);
  console.log(JSON.stringify(answer));
  await database.close();
  process.exit(0);
})().catch((fault) => {
  console.log(JSON.stringify({ ok: false, crash: String(fault.stack || fault).slice(0, 300) }));
  process.exit(1);
});
