/** In each report's head: what has it may be written anew. */
export const generator = "wherry assess";
