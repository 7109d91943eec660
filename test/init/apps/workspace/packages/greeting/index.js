export const greeting = "workspace";
