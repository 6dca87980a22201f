import ts from 'typescript';

/** An error that callers may meet, as its source tells it. */
export interface NamedError {
  readonly code: string;
  readonly kind: string;
  /** What the class's doc comment says. */
  readonly meaning: string;
  /** The message or remedy with `…` for what varies. */
  readonly nextStep: string;
  /** The part of the tree it comes from: `gateway`, `platform`, `connectors`. */
  readonly from: string;
}

/** A file of the sources. */
export interface Source {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every class with `readonly code = '…'` in the sources, sorted by code; one that exists in several places is listed for each. */
export function namedErrors(sources: readonly Source[]): readonly NamedError[] {
  const classes = sources.flatMap(classesIn);
  const byName = new Map(classes.map((one) => [one.name, one]));
  return classes
    .flatMap((one) => {
      if (one.code === undefined) return [];
      const kind = one.kind ?? inherited(one, byName, (base) => base.kind) ?? 'unknown';
      const [message = '', remedyArgument] = one.texts;
      const said = remedyArgument ?? one.remedy ?? (afterFirstSentence(message) || message);
      const nextStep = isTelling(said) ? said : 'Its message says what.';
      return [{ code: one.code, kind, meaning: one.comment ?? firstSentence(message), nextStep, from: placeOf(one.path) }];
    })
    .sort((a, b) => compare(a.code, b.code) || compare(a.from, b.from));
}

/** Why a provider does not act on a target: every `{ code, message, remedy }` literal in the providers' folders, sorted by code. */
export function providerRefusals(
  sources: readonly Source[],
): readonly { readonly code: string; readonly message: string; readonly remedy: string }[] {
  const found = new Map<string, { code: string; message: string; remedy: string }>();
  for (const { path, text } of sources) {
    if (!/^libs\/providers\/src\/(?!sdk\/)[^/]+\//.test(path)) continue;
    walk(parse(path, text), (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const [code, message, remedy] = ['code', 'message', 'remedy'].map((name) => propertyText(node, name));
      if (code && message && remedy && /^[A-Z][A-Z0-9_]+$/.test(code)) found.set(code, { code, message, remedy });
    });
  }
  return [...found.values()].sort((a, b) => compare(a.code, b.code));
}

interface ErrorClass {
  readonly name: string;
  readonly base: string | undefined;
  readonly path: string;
  readonly code: string | undefined;
  readonly kind: string | undefined;
  readonly remedy: string | undefined;
  readonly comment: string | undefined;
  /** The texts given to `super(…)`, in order. */
  readonly texts: readonly string[];
}

function classesIn({ path, text }: Source): readonly ErrorClass[] {
  const classes: ErrorClass[] = [];
  walk(parse(path, text), (node) => {
    if (!ts.isClassDeclaration(node) || !node.name) return;
    const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression.getText();
    if (base === undefined) return;
    const field = (name: string): string | undefined => {
      const member = node.members.find((one) => ts.isPropertyDeclaration(one) && one.name.getText() === name) as
        ts.PropertyDeclaration | undefined;
      return member?.initializer && textOf(member.initializer);
    };
    const comment = ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment);
    classes.push({
      name: node.name.text,
      base,
      path,
      code: field('code'),
      kind: field('kind'),
      remedy: field('remedy'),
      comment: comment && plain(comment),
      texts: superTexts(node),
    });
  });
  return classes;
}

function superTexts(node: ts.ClassDeclaration): readonly string[] {
  const texts: string[] = [];
  walk(node, (inner) => {
    if (!ts.isCallExpression(inner) || inner.expression.kind !== ts.SyntaxKind.SuperKeyword) return;
    for (const argument of inner.arguments) {
      const text = textOf(argument);
      if (text !== undefined) texts.push(plain(text));
    }
  });
  return texts;
}

/** What an expression says, `…` where only the run knows; undefined when it holds no words. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return textOf(node.expression);
  if (ts.isConditionalExpression(node)) {
    const texts = [textOf(node.whenTrue), textOf(node.whenFalse)].filter((text) => text !== undefined);
    return texts.length > 0 ? texts.join(' Or: ') : undefined;
  }
  if (ts.isBinaryExpression(node)) {
    const left = textOf(node.left);
    const right = textOf(node.right);
    return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
  }
  return undefined;
}

function propertyText(node: ts.ObjectLiteralExpression, name: string): string | undefined {
  const property = node.properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === name) as
    ts.PropertyAssignment | undefined;
  const text = property && textOf(property.initializer);
  return text && plain(text);
}

function inherited(
  one: ErrorClass,
  byName: ReadonlyMap<string, ErrorClass>,
  pick: (base: ErrorClass) => string | undefined,
): string | undefined {
  const base = one.base === undefined ? undefined : byName.get(one.base);
  return base && (pick(base) ?? inherited(base, byName, pick));
}

function placeOf(path: string): string {
  const parts = path.split('/');
  return (['services', 'libs'].includes(parts[0] ?? '') ? parts[1] : parts[0]) ?? '';
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

// A sentence ends before a blank and a capital; an abbreviation or a file name does not.
const SENTENCE_END = /(?<=[.!?])\s+(?=[A-Z"“])/;

function firstSentence(text: string): string {
  return text.split(SENTENCE_END)[0] ?? '';
}

function afterFirstSentence(text: string): string {
  return text.split(SENTENCE_END).slice(1).join(' ');
}

/** Words, and not only what the run fills in. */
function isTelling(text: string): boolean {
  return (text.match(/\p{L}{2,}/gu) ?? []).length >= 3;
}

function plain(text: string): string {
  return text
    .replace(/\{@link (\w+)[^}]*\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
