// What sift and mingo take to match the documents and filters of ../match_figures.cpp: nanoseconds a match.
import {Query} from 'mingo';
import sift from 'sift';

const states = ['to do', 'running', 'paused', 'completed'];
const iso = (number) => new Date(1_700_000_000_000 + number).toISOString();
const documents = Array.from({length: 1_000}, (_, i) => ({
  _id: i.toString(16).padStart(24, '0'), state: states[i % 4], versionedTopic: `topic${i % 10}#1`,
  data: {user: {id: i % 100}, size: i, name: `file${i}`}, priority: i % 7, createdAt: iso(i), updatedAt: iso(i),
}));

const filters = {
  match_equality: {state: 'running'},
  match_two: {state: {$in: ['running', 'paused']}, versionedTopic: 'topic3#1'},
  match_nested: {'data.user.id': 42},
  match_in: {'data.user.id': {$in: Array.from({length: 20}, (_, i) => 1 + 4 * i)}},
  match_or: {$or: [{priority: {$gte: 5}}, {'data.size': {$lt: 100}}]},
};

function ns_a_match(matches) {
  const rounds = 300;
  let matched = 0;
  const round = () => { for (const document of documents) matched += matches(document) ? 1 : 0; };
  for (let i = 0; i < 50; ++i) round();
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; ++i) round();
  const spent = Number(process.hrtime.bigint() - start);
  if (!matched) throw new Error('nothing was looked at');
  return spent / (rounds * documents.length);
}

for (const [name, filter] of Object.entries(filters)) {
  const of_sift = sift(filter);
  const of_mingo = new Query(filter);
  console.log(`${name}  sift ${ns_a_match(of_sift).toFixed(0)} ns  mingo ${ns_a_match((document) => of_mingo.test(document)).toFixed(0)} ns`);
}
