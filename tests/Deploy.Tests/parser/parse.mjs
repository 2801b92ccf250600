// Reads a list of {path, text} as JSON from the standard input, and writes for each the tree that the grammar sees and where it sees none.
// Workflows and other .yml files come out as the values that they stand for.
//
// A node is {k: kind, l: line, n: whether the grammar has a name for it, c: children}, a leaf {k, l, n, t: text}; operators and brackets have their own
// text as kind.
import { readFileSync } from 'node:fs';
import { Language, Parser } from 'web-tree-sitter';
import { parseDocument } from 'yaml';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(new URL('./node_modules/tree-sitter-bicep/tree-sitter-bicep.wasm', import.meta.url).pathname));

// The grammar takes 'a != b.c' for '(a != b).c'. A member, an index or a call belongs to what stands directly before it.
const tight = new Set(['member_expression', 'subscript_expression', 'call_expression']);
const loose = new Set(['binary_expression', 'ternary_expression', 'unary_expression', 'lambda_expression']);
const bound = (tree) => {
  if (!tight.has(tree.k) || !loose.has(tree.c[0].k)) return tree;
  const [head, ...rest] = tree.c;
  return { ...head, c: [...head.c.slice(0, -1), bound({ ...tree, c: [head.c.at(-1), ...rest] })] };
};

const treeOf = (node) => {
  const common = { k: node.type, l: node.startPosition.row + 1, n: node.isNamed && node.type !== 'comment' };
  return node.childCount === 0 ? { ...common, t: node.text } : bound({ ...common, c: node.children.map(treeOf) });
};

const errorsOf = (node, path) => {
  if (!node.hasError) return [];
  if (node.isMissing) return [`${path}:${node.startPosition.row + 1}: ${node.type} is missing`];
  if (node.type === 'ERROR') return [`${path}:${node.startPosition.row + 1}: not understood: ${node.text.slice(0, 60)}`];
  return node.children.flatMap((child) => errorsOf(child, path));
};

// The grammar knows declarations of parameters, which have a type. A parameter file gives values without one, so a type is put in; no line moves.
const typed = (path, text) => (path.endsWith('.bicepparam') ? text.replace(/^param (\w+) =/gm, 'param $1 string =') : text);

const bicep = ({ path, text }) => {
  const tree = parser.parse(typed(path, text));
  return { path, errors: errorsOf(tree.rootNode, path), tree: treeOf(tree.rootNode) };
};

const yaml = ({ path, text }) => {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const errors = [...document.errors, ...document.warnings].map((error) => `${path}: ${error.message}`);
  return { path, errors, value: errors.length === 0 ? document.toJS() : null };
};

const files = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(files.map((file) => (/\.ya?ml$/.test(file.path) ? yaml(file) : bicep(file)))));
