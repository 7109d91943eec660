/** The build of bottleneck without Redis, which the plugins of Octokit use too. It has the types of the whole. */
declare module "bottleneck/light.js" {
  import Bottleneck from "bottleneck";
  export default Bottleneck;
}
