/** The compiled program of the storage threads. */
export const storageThreadUrl = new URL('./storage-thread.js', import.meta.url);
