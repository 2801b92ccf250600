// Verifies evidence of a contradiction with nothing of this project's but docs/wire.md: node verify-evidence.mjs GENESIS FILE
// GENESIS is the genesis document, from a source that you trust; FILE has records of the format kv-evidence-1, one a line.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const KINDS = ['', 'PrePrepare', 'Prepare', 'Commit', 'Executed', 'Checkpoint', 'ViewChange', 'NewView'];
const MEMBERS = ['format', 'cluster', 'shard', 'replica', 'member', 'earlier', 'later'];
const SIGNED = ['kind', 'bytes', 'signature'];
// How many bytes behind the tag say what a statement is about (view and position, position, view), and how many it has (0: any number).
const ABOUT = [0, 16, 16, 16, 8, 8, 8, 8];
const LENGTH = [0, 48, 48, 48, 112, 72, 0, 0];
const TAG = Buffer.from('kvstore-v1');
const TAG_LENGTH = TAG.length + 1 + 32 + 4 + 8;

const require = (good, why) => { if (!good) throw new Error(why); };
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// One text for each value: altered padding bits are an altered copy.
function decode(text, encoding) {
    const bytes = Buffer.from(text, encoding);
    require(bytes.toString(encoding) === text, `not canonical ${encoding}`);
    return bytes;
}

function checkSide(side, record, key) {
    require(same(Object.keys(side), SIGNED), 'members of a statement');
    const [bytes, signature] = [decode(side.bytes, 'base64'), decode(side.signature, 'base64')];
    require(bytes.length > TAG_LENGTH && bytes.subarray(0, TAG.length).equals(TAG), 'not a statement of this protocol');
    const kind = bytes[TAG.length];
    require(kind > 0 && KINDS[kind] === side.kind, 'kind');
    require(!LENGTH[kind] || bytes.length === TAG_LENGTH + LENGTH[kind], 'length');
    require(bytes.subarray(TAG.length + 1, TAG.length + 33).toString('base64url') === record.cluster, 'signed for another cluster');
    require(bytes.readUInt32LE(TAG.length + 33) === record.shard, 'signed for another shard');
    require(bytes.readBigUInt64LE(TAG.length + 37) === 0n, 'signed for another epoch');
    require(signature.length === 64 && verify(null, bytes, key, signature), 'signature');
    return bytes;
}

/** Throws unless the line proves that the replica that it names signed two statements of which a correct one makes one. */
export function verifyEvidence(line, genesis) {
    const record = JSON.parse(line);
    require(JSON.stringify(record) === line, 'not in the one form of a record');
    require(same(Object.keys(record), MEMBERS) && record.format === 'kv-evidence-1', 'format');
    require(record.cluster === genesis.cluster, 'of another cluster');
    require(Number.isInteger(record.shard) && record.shard >= 0 && record.shard < genesis.shards, 'shard');
    require(Number.isInteger(record.replica) && genesis.members[record.replica]?.publicKey === record.member, 'member');
    require(decode(record.member, 'base64url').length === 32, 'key');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: record.member }, format: 'jwk' });
    const [earlier, later] = [checkSide(record.earlier, record, key), checkSide(record.later, record, key)];
    const about = TAG_LENGTH + ABOUT[earlier[TAG.length]];
    require(earlier.subarray(0, about).equals(later.subarray(0, about)) && !earlier.equals(later), 'no contradiction');
    return record;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const genesis = JSON.parse(readFileSync(process.argv[2], 'utf8'));
    for (const line of readFileSync(process.argv[3], 'utf8').trimEnd().split('\n')) {
        const { shard, replica, member, later } = verifyEvidence(line, genesis);
        console.log(`ok proven: replica ${replica} of shard ${shard} signed two different ${later.kind} statements (key ${member})`);
    }
}
