import { objectsIn } from './json-text.ts';

const pattern = '^[a-zA-Z0-9_-]{1,128}$';
const legalName = new RegExp(pattern);

/** What is wrong with the tools and calls of messages, in Anthropic's words; `undefined` where it would take them. */
export function anthropicMessagesFault(body: Readonly<Record<string, unknown>>): string | undefined {
  for (const [at, { type = 'custom', name }] of objectsIn(body['tools'])) {
    const fault = type === 'custom' ? nameFault(name, `tools.${at}.custom.name`) : undefined;
    if (fault !== undefined) return fault;
  }
  const used = new Set<unknown>();
  let open = new Set<unknown>();
  for (const [at, { role, content }] of objectsIn(body['messages'])) {
    const here = new Set<unknown>();
    const answered = new Set<unknown>();
    for (const [index, block] of objectsIn(content)) {
      const where = `messages.${at}.content.${index}`;
      const { type, id, name, tool_use_id: answers } = block;
      if (type === 'tool_use' && role === 'assistant') {
        if (typeof id !== 'string' || id === '') return `${where}.tool_use.id: Field required`;
        const fault = nameFault(name, `${where}.tool_use.name`);
        if (fault !== undefined) return fault;
        if (used.has(id)) return `${where}: \`tool_use\` ids must be unique`;
        used.add(id);
        here.add(id);
      }
      if (type !== 'tool_result') continue;
      if (typeof answers !== 'string') return `${where}.tool_result.tool_use_id: Field required`;
      if (answered.has(answers))
        return `${where}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${answers}`;
      if (!open.has(answers))
        return `${where}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${answers}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
      answered.add(answers);
    }
    const unanswered = [...open].filter((id) => !answered.has(id));
    if (unanswered.length > 0) return withoutResult(at - 1, unanswered);
    open = here;
  }
  return open.size > 0 ? withoutResult(objectsIn(body['messages']).length - 1, [...open]) : undefined;
}

function nameFault(name: unknown, where: string): string | undefined {
  if (name === undefined) return `${where}: Field required`;
  return typeof name === 'string' && legalName.test(name)
    ? undefined
    : `${where}: String should match pattern '${pattern}'`;
}

function withoutResult(at: number, ids: readonly unknown[]): string {
  return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}
