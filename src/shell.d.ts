/** Files that are bundled as text: scripts, style sheets, entries of the catalogue. */
declare module "*.sh?raw" {
  const text: string;
  export default text;
}
declare module "*.pl?raw" {
  const text: string;
  export default text;
}
declare module "*.yaml?raw" {
  const text: string;
  export default text;
}
declare module "*.css?raw" {
  const text: string;
  export default text;
}
declare module "*.py?raw" {
  const text: string;
  export default text;
}
