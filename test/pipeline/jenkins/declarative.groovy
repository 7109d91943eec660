// Declarative pipelines without Jenkins: a file is compiled by Groovy itself; its blocks may hold what Jenkins' declarative syntax
// allows there, and nothing else; stages whose `when` holds are run, `sh` as Jenkins does it: sh -xe, in the folder of the build.
// Arguments: one file of properties for each build, with `file`, `folder`, its environment as `env.NAME`, and the credentials of
// the job as `credential.ID`.
// Printed: `=== PATH`, then `--- stage: NAME`, `--- skipped: NAME` and `--- left out: NAME` among what programs say, at the end
// `--- status N`: 0 all passed, 1 a step failed, 2 the file is not valid.

class Problem extends RuntimeException { Problem(String text) { super(text) } }

class Build {
  /** What may stand in which block: https://www.jenkins.io/doc/book/pipeline/syntax, as far as these files go. */
  static final allowed = [
    file: ['pipeline'],
    pipeline: ['agent', 'options', 'triggers', 'parameters', 'environment', 'stages', 'post', 'tools'],
    options: ['timeout', 'disableConcurrentBuilds', 'buildDiscarder', 'logRotator', 'timestamps', 'skipDefaultCheckout'],
    triggers: ['cron', 'pollSCM'],
    parameters: ['choice', 'string', 'booleanParam'],
    stages: ['stage'],
    when: ['tag', 'branch', 'anyOf', 'allOf', 'not', 'environment', 'triggeredBy'],
    steps: ['sh', 'dir', 'withCredentials', 'sshUserPrivateKey', 'file', 'string'],
  ]
  static final several = ['anyOf', 'allOf', 'not']
  Map env
  Map credentials
  File folder
  boolean failed = false

  boolean holds(String name, List args) {
    def named = args.find { it instanceof Map } ?: [:]
    if (named.comparator && named.comparator != 'REGEXP') throw new Problem("comparator ${named.comparator}")
    switch (name) {
      case 'tag': return env.TAG_NAME != null && env.TAG_NAME ==~ named.pattern
      case 'branch': return env.CHANGE_ID == null && env.BRANCH_NAME != null && env.BRANCH_NAME ==~ named.pattern
      case 'environment': return env[named.name] == named.value
      case 'triggeredBy': return env.CAUSE == args[0]
      default: throw new Problem("cannot tell ${name}")
    }
  }

  /** With the variables that these credentials are bound to, for the time of `body`. */
  void bound(List bindings, Closure body) {
    def before = env
    env = env + bindings.collectEntries {
      if (!credentials.containsKey(it.credentialsId)) throw new Problem("there is no credential ${it.credentialsId}")
      [(it.keyFileVariable ?: it.variable): credentials[it.credentialsId]]
    }
    body()
    env = before
  }

  /** As a build does it: the environment that Jenkins hands over, no input, everything that is said in one stream. */
  void shell(String script, File where) {
    def process = new ProcessBuilder('sh', '-xec', script).directory(where).redirectErrorStream(true)
    process.environment().keySet().retainAll(['PATH', 'HOME'])
    process.environment().putAll(env)
    def running = process.start()
    running.outputStream.close()
    print running.inputStream.text
    def code = running.waitFor()
    if (code != 0) { println "--- failed: exit code ${code}"; failed = true }
  }
}

/** One block of the file while it is read. */
class Block {
  Build build
  String kind
  File folder
  /** Of conditions: which of them hold. */
  List results = []

  def propertyMissing(String name) {
    if (name == 'env') return build.env
    if (name == 'any') return 'any'
    throw new Problem("${name} is not known in ${kind}")
  }

  Block read(String inner, Closure body, File where = folder) {
    def block = new Block(build: build, kind: inner, folder: where)
    body.delegate = block
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
    block
  }

  def methodMissing(String name, arguments) {
    def args = arguments as List
    def body = args && args[-1] instanceof Closure ? args[-1] : null
    def rules = kind in Build.several ? 'when' : kind
    if (!(name in Build.allowed[rules])) throw new Problem("${name} is not allowed in ${kind}")
    if (rules == 'when') return results << (body == null ? build.holds(name, args) : combined(name, read(name, body).results))
    if (kind == 'stages') return stage(args[0], body)
    if (kind == 'steps') return step(name, args, body)
    if (body != null) read(name, body)
    args
  }

  private boolean combined(String name, List found) {
    name == 'anyOf' ? found.any() : name == 'allOf' ? found.every() : !found[0]
  }

  private void stage(String name, Closure body) {
    if (build.failed) { println "--- left out: ${name}"; return }
    def parts = new Stage()
    body.delegate = parts
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
    def wanted = parts.condition == null || read('when', parts.condition).results.every()
    println "--- ${wanted ? 'stage' : 'skipped'}: ${name}"
    if (wanted) read('steps', parts.todo)
  }

  private step(String name, List args, Closure body) {
    if (build.failed) return null
    if (name == 'dir') read('steps', body, new File(folder, args[0]))
    else if (name == 'withCredentials') build.bound(args[0]) { read('steps', body) }
    else if (name == 'sh') build.shell(args[0], folder)
    args[0]
  }
}

class Stage {
  Closure condition
  Closure todo
  void when(Closure body) { condition = body }
  void steps(Closure body) { todo = body }
  def methodMissing(String name, args) { throw new Problem("${name} is not allowed in stage") }
}

args.each { path ->
  def given = new Properties()
  new File(path).withReader('UTF-8') { given.load(it) }
  def folder = new File(given.folder)
  def below = { String prefix ->
    given.findAll { it.key.startsWith(prefix) }.collectEntries { [(it.key.substring(prefix.length())): it.value] }
  }
  def build = new Build(env: below('env.'), credentials: below('credential.'), folder: folder)
  println "=== ${path}"
  try {
    def script = new GroovyShell(this.class.classLoader).parse(new File(folder, given.file))
    script.metaClass.methodMissing = { String name, arguments ->
      new Block(build: build, kind: 'file', folder: folder).methodMissing(name, arguments)
    }
    script.run()
    println "--- status ${build.failed ? 1 : 0}"
  } catch (Problem | org.codehaus.groovy.control.CompilationFailedException problem) {
    println "--- problem: ${problem.message}"
    println "--- status 2"
  }
}
