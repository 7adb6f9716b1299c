export { isContainer } from './container.ts';
export { Conversation, type ConversationSpans, type Utterance } from './conversation.ts';
export { saysAnything, type Turn } from './turn.ts';
