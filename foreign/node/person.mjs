// Where the browser belongs: a program prints the address to open, and is told
// the address at which the person arrived.
import { createInterface } from 'node:readline/promises'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

export async function open(address) {
  console.log(`open ${address}`)
  return new URL((await lines.next()).value)
}

// settings come from the environment.
export const { PORTAL, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env

// check ends the program unless a thing is as it should be.
export function check(isSo, what) {
  if (!isSo) throw new Error(`not so: ${what}`)
  console.log(what)
}

// run ends with "done", or with what the library threw: its code where it has one,
// else its message.
export async function run(flow) {
  try {
    await flow()
    console.log('done')
  } catch (error) {
    const cause = error.cause?.message ?? ''
    console.log(`error ${error.code ?? ''} ${error.message} ${cause} ${JSON.stringify(error.data?.payload ?? "")}`)
  }
  process.exit()
}
