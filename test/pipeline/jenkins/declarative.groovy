// A declarative pipeline without Jenkins: the file is compiled by Groovy itself, its blocks may hold what Jenkins' declarative
// syntax allows there and nothing else, and the stages whose `when` holds are run: `sh` as Jenkins does, sh -xe in the folder.
// Arguments: one file of properties for each build: `file`, `folder`, and its environment as `env.NAME`.

class Problem extends RuntimeException { Problem(String text) { super(text) } }

class Build {
  static final allowed = [
    pipeline: ['agent', 'options', 'triggers', 'parameters', 'environment', 'stages', 'post', 'tools'],
    options: ['timeout', 'disableConcurrentBuilds', 'buildDiscarder', 'timestamps', 'skipDefaultCheckout'],
    triggers: ['cron', 'pollSCM'],
    parameters: ['choice', 'string', 'booleanParam'],
    stages: ['stage'],
    stage: ['agent', 'when', 'steps', 'post', 'environment', 'options', 'stages'],
    when: ['tag', 'branch', 'anyOf', 'allOf', 'not', 'environment', 'triggeredBy', 'changeRequest', 'expression'],
    steps: ['sh', 'dir', 'echo', 'withCredentials', 'deleteDir'],
  ]
  Map env
  File folder
  boolean failed = false

  boolean condition(String name, args) {
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
}

class Context {
  Build build
  String kind
  List results = []
  File folder

  def propertyMissing(String name) {
    if (name == 'env') return build.env
    if (name == 'any') return 'any'
    throw new Problem("${name} is not known in ${kind}")
  }

  def inside(String kind, Closure body, File where = folder) {
    def context = new Context(build: build, kind: kind, folder: where)
    body.delegate = context
    body.resolveStrategy = Closure.DELEGATE_FIRST
    body()
    context.results
  }

  def methodMissing(String name, arguments) {
    def args = arguments as List
    def rule = kind in ['anyOf', 'allOf', 'not'] ? 'when' : kind
    if (kind != 'file' && !(name in Build.allowed[rule]) && !(kind == 'options' && name == 'logRotator') && !(kind == 'steps' && name in ['sshUserPrivateKey', 'file', 'string']))
      throw new Problem("${name} is not allowed in ${kind}")
    def body = args && args[-1] instanceof Closure ? args[-1] : null
    if (kind == 'file') { if (name != 'pipeline') throw new Problem(name); inside('pipeline', body); return }
    if (kind == 'when' || rule == 'when') {
      def value = body == null ? build.condition(name, args) : null
      if (body != null) {
        def found = inside(name, body)
        value = name == 'anyOf' ? found.any() : name == 'allOf' ? found.every() : !found[0]
      }
      results << value
      return
    }
    if (kind == 'stages') {
      if (build.failed) { println "--- left out: ${args[0]}"; return }
      def parts = new Stage(build: build, folder: folder)
      body.delegate = parts
      body.resolveStrategy = Closure.DELEGATE_FIRST
      body()
      def wanted = parts.condition == null || inside('when', parts.condition).every()
      println "--- ${wanted ? 'stage' : 'skipped'}: ${args[0]}"
      if (wanted) inside('steps', parts.steps)
      return
    }
    if (kind == 'steps') { step(name, args, body); return }
    if (body != null) inside(name, body)
    return args
  }

  void step(String name, List args, Closure body) {
    if (build.failed) return
    if (name == 'dir') inside('steps', body, new File(folder, args[0]))
    if (name == 'withCredentials') inside('steps', body)
    if (name == 'sh') {
      def process = new ProcessBuilder('sh', '-xec', args[0]).directory(folder).redirectErrorStream(true)
      process.environment().keySet().retainAll(['PATH', 'HOME'])
      process.environment().putAll(build.env)
      def running = process.start()
      print running.inputStream.text
      def code = running.waitFor()
      if (code != 0) { println "--- failed: exit code ${code}"; build.failed = true }
    }
  }
}

class Stage {
  Build build
  File folder
  Closure condition
  Closure steps
  void when(Closure body) { condition = body }
  void steps(Closure body) { steps = body }
  def methodMissing(String name, args) { throw new Problem("${name} is not allowed in stage") }
}

args.each { path ->
  def given = new Properties()
  new File(path).withReader('UTF-8') { given.load(it) }
  def folder = new File(given.folder)
  def env = given.findAll { it.key.startsWith('env.') }.collectEntries { [(it.key.substring(4)): it.value] }
  def build = new Build(env: env, folder: folder)
  println "=== ${path}"
  try {
    def script = new GroovyShell(this.class.classLoader).parse(new File(folder, given.file))
    script.metaClass.methodMissing = { String name, arguments ->
      new Context(build: build, kind: 'file', folder: folder).methodMissing(name, arguments)
    }
    script.run()
    println "--- status ${build.failed ? 1 : 0}"
  } catch (Problem problem) {
    println "--- problem: ${problem.message}"
    println "--- status 2"
  }
}
