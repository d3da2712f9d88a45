// express-pouchdb on leveldb: node pouch_server.js PORT DIR
'use strict';
const fs = require('fs');
const express = require('express');
const PouchDB = require('pouchdb');

const [port, folder] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
process.chdir(folder);
const served = PouchDB.defaults({ prefix: `${folder}/` });
const app = express();
const options = { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: `${folder}/log.txt` };
app.use('/', require('express-pouchdb')(served, options));
app.listen(Number(port), '127.0.0.1').keepAliveTimeout = 60000;
process.on('SIGTERM', () => process.exit(0));
