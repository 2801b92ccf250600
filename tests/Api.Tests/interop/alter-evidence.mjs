// Alters evidence in every way that is told of, and prints what the verifier says: node alter-evidence.mjs GENESIS FILE
import { readFileSync } from 'node:fs';
import { verifyEvidence } from './verify-evidence.mjs';

const genesis = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const line = readFileSync(process.argv[3], 'utf8').trimEnd();
const accepts = text => {
    try {
        verifyEvidence(text, genesis);
        return true;
    } catch {
        return false;
    }
};

// Every byte in every bit, every byte left out, every byte twice.
const bytes = Buffer.from(line, 'latin1');
let refused = 0;
const mustRefuse = (altered, what) => {
    if (accepts(altered)) throw new Error(`accepted with ${what}: ${altered}`);
    refused++;
};
for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
        const copy = Buffer.from(bytes);
        copy[at] ^= 1 << bit;
        mustRefuse(copy.toString('latin1'), `bit ${bit} of byte ${at} flipped`);
    }
    mustRefuse(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]).toString('latin1'), `byte ${at} left out`);
    mustRefuse(Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]).toString('latin1'), `byte ${at} twice`);
}

// Every field as others have it.
const other = genesis.members[(JSON.parse(line).replica + 1) % genesis.members.length];
const fields = {
    'another format': record => { record.format = 'kv-evidence-2'; },
    'another cluster': record => { record.cluster = other.publicKey; },
    'another shard': record => { record.shard ^= 1; },
    'another replica': record => { record.replica = (record.replica + 1) % genesis.members.length; },
    'another replica with its key': record => { record.replica = (record.replica + 1) % genesis.members.length; record.member = other.publicKey; },
    'another kind': record => { record.earlier.kind = record.later.kind = 'Prepare'; },
    'one statement twice': record => { record.later = record.earlier; },
    'signatures exchanged': record => { [record.earlier.signature, record.later.signature] = [record.later.signature, record.earlier.signature]; },
    'a field more': record => { record.note = ''; },
    'a field less': record => { delete record.member; },
};
for (const [what, alter] of Object.entries(fields)) {
    const record = JSON.parse(line);
    alter(record);
    mustRefuse(JSON.stringify(record), what);
}

if (!accepts(line)) throw new Error('the record itself is refused');
console.log(`ok accepted as it is, and ${refused} altered copies refused`);
