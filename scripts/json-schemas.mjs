#!/usr/bin/env node
/**
 * Writes docs/schema/: a JSON Schema of each answer in JSON, made from the types that the code itself uses
 * (docs/decisions/0031-one-shape-of-json.md). A test says when they are no longer what the code says.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = 'docs/schema';

const answers = 'src/control/answers.ts';
const machineAnswers = 'src/cli/machine-answers.ts';

/** By the name of its file: where the type of the answer is, and what it answers. */
const schemas = {
  stats: [answers, 'StatsAnswer', 'ptp-switch stats -j, GET /stats'],
  ports: [answers, 'PortsAnswer', 'ptp-switch show ports -j, GET /ports'],
  clocks: [answers, 'ClocksAnswer', 'ptp-switch show clock -j, GET /clocks'],
  parent: [answers, 'ParentAnswer', 'ptp-switch show parent -j, GET /clocks/parent'],
  time: [answers, 'TimeAnswer', 'ptp-switch show time -j, GET /clocks/time'],
  'foreign-masters': [
    answers,
    'ForeignMastersAnswer',
    'ptp-switch show foreign-masters -j, GET /clocks/foreign-masters',
  ],
  status: [answers, 'StatusAnswer', 'GET /status'],
  management: [answers, 'ManagementAnswers', 'POST /management'],
  reload: [answers, 'ReloadAnswer', 'ptp-switch reload -j, POST /reload'],
  doctor: [machineAnswers, 'DoctorAnswer', 'ptp-switch doctor -j'],
  'bridge-status': [machineAnswers, 'BridgeStatusAnswer', 'ptp-switch bridge status -j'],
  'bridge-clean': [machineAnswers, 'BridgeCleanAnswer', 'ptp-switch bridge clean -j'],
  lab: ['src/cli/formats/lab/lab-answer.ts', 'LabAnswer', 'ptp-switch lab -j'],
};

/**
 * @param {{strict?: boolean}} options strict: what is not declared is refused, for tests; else it is let pass, as scripts have to
 * @returns {Record<string, object>} by the name of the file, without .json
 */
export function jsonSchemas({ strict = false } = {}) {
  const { config } = ts.readConfigFile(join(projectRoot, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, projectRoot);
  const files = [...new Set(Object.values(schemas).map(([file]) => join(projectRoot, file)))];
  const program = ts.createProgram(files, { ...options, noEmit: true });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, [file, typeName, title]]) => {
      const type = exportedType(program, join(projectRoot, file), typeName);
      return [name, new SchemaWriter(program, strict).schemaOfAnswer(type, title)];
    }),
  );
}

/** As it stands in the file. */
export function textOf(schema) {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function exportedType(program, file, name) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const symbol = checker.getExportsOfModule(module).find((each) => each.name === name);
  if (symbol === undefined) throw new Error(`${file}: exports no ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** Of one answer; types that have a name stand once, below $defs. */
class SchemaWriter {
  #checker;
  #strict;
  #definitions = new Map();

  constructor(program, strict) {
    this.#checker = program.getTypeChecker();
    this.#strict = strict;
  }

  schemaOfAnswer(type, title) {
    const schema = this.#unnamed(type);
    const definitions = [...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title,
      ...described(type.aliasSymbol ?? type.symbol, this.#checker),
      ...schema,
      ...(definitions.length > 0 && { $defs: Object.fromEntries(definitions) }),
    };
  }

  #schemaOf(type) {
    const name = this.#nameOf(type);
    if (name === undefined) return this.#unnamed(type);
    if (!this.#definitions.has(name)) {
      // A type may hold itself.
      this.#definitions.set(name, {});
      const symbol = type.aliasSymbol ?? type.symbol;
      this.#definitions.set(name, { ...described(symbol, this.#checker), ...this.#unnamed(type) });
    }
    return { $ref: `#/$defs/${name}` };
  }

  /** Of a type of this project that is more than a word, and the same wherever it is used. */
  #nameOf(type) {
    const isComposed = type.flags & (ts.TypeFlags.Object | ts.TypeFlags.UnionOrIntersection);
    if (!isComposed || this.#checker.isArrayLikeType(type) || this.#isPrimitive(type))
      return undefined;
    const symbol = type.aliasSymbol ?? type.symbol;
    if (symbol === undefined || symbol.name.startsWith('__')) return undefined;
    const isGeneric = (type.aliasTypeArguments ?? type.typeArguments ?? []).length > 0;
    const isOurs = symbol.declarations?.every((each) =>
      each.getSourceFile().fileName.startsWith(join(projectRoot, 'src')),
    );
    return isOurs && !isGeneric ? symbol.name : undefined;
  }

  #unnamed(type) {
    if (type.isUnion()) return this.#union(type.types);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    const { flags } = type;
    if (flags & ts.TypeFlags.BooleanLiteral)
      return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    const primitive = primitiveOf(type);
    if (primitive !== undefined) return { type: primitive };
    if (this.#checker.isArrayLikeType(type)) return this.#array(type);
    if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#object(type);
    throw new Error(`no JSON: ${this.#checker.typeToString(type)}`);
  }

  #isPrimitive(type) {
    const all = type.isUnion() ? type.types : [type];
    return all.every(
      (each) =>
        each.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.BooleanLiteral) ||
        each.isStringLiteral() ||
        each.isNumberLiteral() ||
        primitiveOf(each) !== undefined,
    );
  }

  #array(type) {
    const items = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return { type: 'array', items: this.#schemaOf(items) };
  }

  /** Words first, then the other kinds; the order in which the compiler has them depends on the rest of the program. */
  #union(types) {
    const present = types.filter((each) => !(each.flags & ts.TypeFlags.Undefined));
    const words = present.filter((each) => each.isStringLiteral() || each.isNumberLiteral());
    const booleans = present.filter((each) => each.flags & ts.TypeFlags.BooleanLiteral);
    const others = present.filter((each) => !words.includes(each) && !booleans.includes(each));
    const values = words.map(({ value }) => value).sort((a, b) => (a < b ? -1 : 1));
    const schemas = [
      ...(values.length === 1 ? [{ const: values[0] }] : []),
      ...(values.length > 1 ? [{ enum: values }] : []),
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : booleans.map((it) => this.#unnamed(it))),
      ...others.map((each) => this.#schemaOf(each)).sort(byText),
    ];
    return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
  }

  #object(type) {
    const members = this.#checker.getPropertiesOfType(type);
    const required = members.filter((each) => !(each.flags & ts.SymbolFlags.Optional));
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      ...(members.length > 0 && {
        properties: Object.fromEntries(members.map((each) => [each.name, this.#member(each)])),
      }),
      ...(required.length > 0 && { required: required.map(({ name }) => name) }),
      ...(index !== undefined && { additionalProperties: this.#schemaOf(index) }),
      ...(index === undefined && this.#strict && { additionalProperties: false }),
    };
  }

  #member(symbol) {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(symbol));
    const declared = this.#checker.getTypeOfSymbol(symbol);
    const schema = this.#schemaOf(
      symbol.flags & ts.SymbolFlags.Optional ? withoutUndefined(declared, type) : declared,
    );
    return { ...described(symbol, this.#checker), ...schema };
  }
}

/** An optional member's own type: undefined is not in JSON, but null may be. */
function withoutUndefined(declared, nonNullable) {
  const hasNull =
    declared.isUnion() && declared.types.some((each) => each.flags & ts.TypeFlags.Null);
  return hasNull ? declared : nonNullable;
}

/** Of a plain type, and of one that is told apart by a brand. */
function primitiveOf(type) {
  const all = type.isIntersection() ? type.types : [type];
  const has = (flag) => all.some(({ flags }) => flags & flag);
  if (has(ts.TypeFlags.StringLike)) return 'string';
  if (has(ts.TypeFlags.NumberLike)) return 'number';
  return has(ts.TypeFlags.Boolean) ? 'boolean' : undefined;
}

function described(symbol, checker) {
  const parts = symbol?.getDocumentationComment(checker) ?? [];
  const description = ts.displayPartsToString(parts).replaceAll(/\s+/g, ' ').trim();
  return description === '' ? {} : { description };
}

function byText(a, b) {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(projectRoot, folder), { recursive: true });
  for (const [name, schema] of Object.entries(jsonSchemas()))
    writeFileSync(join(projectRoot, folder, `${name}.json`), textOf(schema));
}
