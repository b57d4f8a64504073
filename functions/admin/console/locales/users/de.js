// The list of users in German.

export default {};
