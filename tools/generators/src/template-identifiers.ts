import {
  createSourceFile,
  forEachChild,
  isBindingElement,
  isIdentifier,
  isImportSpecifier,
  isMethodDeclaration,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isPropertySignature,
  type Identifier,
  type Node,
  ScriptTarget,
} from 'typescript';

/** What the code of templates calls by a name: bound there, imported, or found as a global. */
export interface TemplateIdentifiers {
  /** Those made of the name that is given. */
  readonly made: ReadonlySet<string>;
  /** All others: whatever is made must be called differently. */
  readonly used: ReadonlySet<string>;
}

/**
 * The identifiers in the code of templates; in a page, in its examples. Names of properties are none.
 *
 * @param templates - Their texts by their paths.
 */
export function templateIdentifiers(
  templates: ReadonlyMap<string, string>,
  substitutions: Readonly<Record<string, string>>,
): TemplateIdentifiers {
  const made = new Set<string>();
  const used = new Set<string>();
  const visit = (node: Node): void => {
    if (isIdentifier(node) && !isNameOfProperty(node)) {
      const filledIn = node.text.replace(/\$(\w+)\$/g, (_, key: string) => substitutions[key] ?? '');
      (filledIn === node.text ? used : made).add(filledIn);
    }
    forEachChild(node, visit);
  };
  for (const [path, text] of templates) {
    // As identifiers, so that the compiler can read them.
    const code = codeOf(path, text).replace(/<%= (\w+) %>/g, '$$$1$$');
    visit(createSourceFile('template.ts', code, ScriptTarget.Latest, true));
  }
  return { made, used };
}

function codeOf(path: string, text: string): string {
  if (!path.endsWith('.md.template')) return text;
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, example]) => example).join('');
}

function isNameOfProperty(identifier: Identifier): boolean {
  const { parent } = identifier;
  if (isBindingElement(parent) || isImportSpecifier(parent)) return parent.propertyName === identifier;
  const isProperty =
    isPropertyAccessExpression(parent) ||
    isPropertyAssignment(parent) ||
    isPropertyDeclaration(parent) ||
    isPropertySignature(parent) ||
    isMethodDeclaration(parent);
  return isProperty && parent.name === identifier;
}
